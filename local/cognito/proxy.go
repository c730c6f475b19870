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

// operations are what a page needs to sign in, stay signed in, and sign out. On AWS these are among those that Cognito
// takes from anybody; the others need AWS credentials, which cognito-local does not ask for.
var operations = []string{"InitiateAuth", "RespondToAuthChallenge", "AssociateSoftwareToken", "VerifySoftwareToken", "RevokeToken"}

// operationPrefix is before the operation's name in X-Amz-Target.
const operationPrefix = "AWSCognitoIdentityProviderService."

// front is the web server before cognito-local. It passes on what the template's pages, and tools without an Origin such
// as curl, need of it. Any page that the user has open, from any site, can send requests to this machine; pages of other
// origins get nothing, although Cognito on AWS answers them.
func (s *Server) proxy(headerTimeout time.Duration) *http.Server {
	forward := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "cognito-local"}) },
		Transport: s.client.Transport,
		ModifyResponse: func(r *http.Response) error {
			r.Header.Del("Access-Control-Allow-Origin") // it says * to everybody
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, _ error) {
			refuse(w, http.StatusBadGateway, "InternalErrorException", "cognito-local does not answer")
		},
	}
	pages := s.pagesOnly(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), operationPrefix)
		switch {
		case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/.well-known/jwks.json"):
			forward.ServeHTTP(w, r)
		case r.Method != http.MethodPost || r.URL.Path != "/":
			refuse(w, http.StatusNotFound, "UnknownOperationException", "the local Cognito has its API at POST / alone")
		case !slices.Contains(operations, operation):
			refuse(w, http.StatusForbidden, "AccessDeniedException", fmt.Sprintf(
				"the local Cognito passes on %s; everything else is its owner's, at the socket %q in the data folder",
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

// pagesOnly refuses the pages of other origins, without a word that they could read, and lets the template's read the
// answer.
func (s *Server) pagesOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Origin")
		if origin := r.Header.Get("Origin"); origin != "" {
			if !s.allows(origin) {
				http.Error(w, "this origin is none of the template's AllowedOrigins", http.StatusForbidden)
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

// AllowOrigins says which pages may call: until then, none may. An origin may hold one *, as in S3's CORS rules.
func (s *Server) AllowOrigins(origins []string) { s.origins.Store(&origins) }

func (s *Server) allows(origin string) bool {
	origins := s.origins.Load()
	return origins != nil && slices.ContainsFunc(*origins, func(allowed string) bool {
		before, after, wild := strings.Cut(allowed, "*")
		return origin == allowed ||
			wild && len(origin) >= len(before)+len(after) && strings.HasPrefix(origin, before) && strings.HasSuffix(origin, after)
	})
}

// refuse answers in Cognito's form.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message})
}
