package cognito

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"time"

	"signpost/local/loopback"
)

// operations are those that a page needs to sign users in and out and to keep them signed in. On
// AWS, everybody may call them. Most other operations need AWS credentials there, which
// cognito-local doesn't check.
var operations = []string{"InitiateAuth", "RespondToAuthChallenge", "AssociateSoftwareToken", "VerifySoftwareToken", "RevokeToken"}

// operationPrefix precedes the name of the operation in X-Amz-Target.
const operationPrefix = "AWSCognitoIdentityProviderService."

// proxy is a web server that forwards to cognito-local the operations that pages of the template's
// origins need. It also accepts tools such as curl, which send no Origin. Every page that the user
// has open can send requests to this machine. Pages of other origins are refused, although Cognito
// on AWS answers them.
func (s *Server) proxy(headerTimeout time.Duration) *http.Server {
	forward := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "cognito-local"}) },
		Transport: s.client.Transport,
		ModifyResponse: func(r *http.Response) error {
			r.Header.Del("Access-Control-Allow-Origin") // which is *
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, _ error) {
			refuse(w, http.StatusBadGateway, "InternalErrorException", "cognito-local doesn't answer")
		},
	}
	pages := s.pagesOnly(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), operationPrefix)
		switch {
		case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/.well-known/jwks.json"):
			forward.ServeHTTP(w, r)
		case r.Method != http.MethodPost || r.URL.Path != "/":
			refuse(w, http.StatusNotFound, "UnknownOperationException", "the local Cognito serves only POST / and the keys of its pools")
		case !slices.Contains(operations, operation):
			refuse(w, http.StatusForbidden, "AccessDeniedException", fmt.Sprintf(
				"the local Cognito forwards only %s; the socket %q in the data folder serves all operations",
				strings.Join(operations, ", "), "cognito/"+socketName))
		default:
			r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
			forward.ServeHTTP(w, r)
		}
	}))
	return &http.Server{
		Handler:           loopback.Host(s.listener.Addr(), pages),
		ReadHeaderTimeout: headerTimeout, ReadTimeout: 3 * headerTimeout, IdleTimeout: 6 * headerTimeout,
	}
}

// pagesOnly refuses pages of other origins with an answer that they can't read, and lets the
// template's pages read the answer.
func (s *Server) pagesOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Origin")
		if origin := r.Header.Get("Origin"); origin != "" {
			if !s.allows(origin) {
				http.Error(w, "this origin is not one of the template's AllowedOrigins", http.StatusForbidden)
				return
			}
			w.Header().Set("Access-Control-Allow-Origin", origin)
		}
		if r.Method == http.MethodOptions {
			w.Header().Set("Access-Control-Allow-Methods", "POST")
			w.Header().Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
			w.Header().Set("Access-Control-Max-Age", "600")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// AllowOrigins sets the origins whose pages may call; before, none may. An origin may contain one
// *, as in S3's CORS rules.
func (s *Server) AllowOrigins(origins []string) { s.origins.Store(&origins) }

func (s *Server) allows(origin string) bool {
	origins := s.origins.Load()
	return origins != nil && slices.ContainsFunc(*origins, func(allowed string) bool {
		before, after, wild := strings.Cut(allowed, "*")
		return origin == allowed ||
			wild && len(origin) >= len(before)+len(after) && strings.HasPrefix(origin, before) && strings.HasSuffix(origin, after)
	})
}

// refuse answers with an error in Cognito's form.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message})
}
