package conformance_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// lookAlikes are origins that a careless comparison takes for an allowed one.
func lookAlikes() map[string]string {
	origin := target.origin()
	scheme, host, _ := strings.Cut(origin, "://")
	name, _, _ := strings.Cut(host, ":")
	return map[string]string{
		"ErrOther":         "https://evil.example",
		"ErrNull":          "null", // a sandboxed frame or a local file
		"ErrWildcard":      "*",
		"ErrPrefix":        origin + ".evil.example",
		"ErrLongerPort":    origin + "0",
		"ErrSuffix":        scheme + "://evil-" + host,
		"ErrSubdomain":     scheme + "://evil." + host,
		"ErrUserinfo":      scheme + "://" + host + "@evil.example",
		"ErrDotsAsAnyChar": scheme + "://" + strings.Replace(strings.ReplaceAll(host, ".", "x"), "localhost", "localhost.", 1),
		"ErrNoPort":        scheme + "://" + name + "x",
		"ErrOtherScheme":   "ftp://" + host,
		"ErrTrailingSlash": origin + "/",
		"ErrUpperCase":     strings.ToUpper(scheme) + "://" + host,
		"ErrTwo":           origin + " https://evil.example",
		"ErrTwoByComma":    "https://evil.example, " + origin,
	}
}

// preflight asks the API as a browser does before a call.
func preflight(t *testing.T, path, origin, method, headers string) answer {
	t.Helper()
	return api(t, "OPTIONS", path, dropHeader("Authorization"), setHeader("Origin", origin),
		setHeader("Access-Control-Request-Method", method), setHeader("Access-Control-Request-Headers", headers))
}

// allowedOrigins are the origins to test as allowed: a local run has two names for its page.
func allowedOrigins() []string {
	origins := []string{target.origin()}
	if target.Local != nil {
		origins = append(origins, strings.Replace(target.origin(), "127.0.0.1", "localhost", 1))
	}
	return origins
}

// preflights are the routes of the deployment, each with what a page asks about before it calls
// them.
func preflights(t *testing.T) map[string]struct{ method, headers string } {
	t.Helper()
	type asked = struct{ method, headers string }
	routes := map[string]asked{
		"limits":                {"GET", "authorization"},
		"uploads":               {"POST", "authorization,content-type"},
		"uploads/batch":         {"POST", "authorization,content-type"},
		"api/documents/signed":  {"GET", "authorization"},
		"api/documents/signed/": {"GET", "authorization"},
	}
	for path := range featureRoutes(t) {
		routes[path] = asked{"POST", "authorization,content-type"}
	}
	return routes
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	for path, asked := range preflights(t) {
		for _, origin := range allowedOrigins() {
			t.Run("OK "+path+" from "+origin, func(t *testing.T) {
				t.Parallel()
				a := preflight(t, path, origin, asked.method, asked.headers)
				if a.status < 200 || a.status > 299 {
					t.Errorf("status %d", a.status)
				}
				checkHeader(t, a, "Access-Control-Allow-Origin", origin)
				checkHeader(t, a, "Access-Control-Allow-Methods", asked.method)
				checkHeader(t, a, "Access-Control-Allow-Credentials", "")
				checkHeader(t, a, "Vary", "Origin")
				allowed := strings.ToLower(a.header.Get("Access-Control-Allow-Headers"))
				for header := range strings.SplitSeq(asked.headers, ",") {
					if !slices.Contains(strings.Split(allowed, ","), header) {
						t.Errorf("%s is not allowed, only %s", header, allowed)
					}
				}
			})
		}
		origins := map[string]string{"ErrOther": "https://evil.example"}
		if path == "uploads" { // the template that compares is the same for every route
			origins = lookAlikes()
		}
		for name, origin := range origins {
			t.Run(name+" "+path, func(t *testing.T) {
				t.Parallel()
				// The answer may allow the stage's own origins, to which a browser then compares.
				a := preflight(t, path, origin, asked.method, asked.headers)
				if got := a.header.Get("Access-Control-Allow-Origin"); got == "*" || got == origin {
					t.Errorf("%q is allowed, by %q", origin, got)
				}
			})
		}
	}
	t.Run("ErrUnknownRoute", func(t *testing.T) {
		refused(t, preflight(t, "nothing", target.origin(), "GET", ""), "NotFound", "")
	})
}

// TestReadableByThePage goes through one refusal of each kind: checkAnswer looks at the headers of
// all of them.
func TestReadableByThePage(t *testing.T) {
	t.Parallel()
	for _, origin := range allowedOrigins() {
		from := setHeader("Origin", origin)
		for name, a := range map[string]answer{
			"OK":                uploads(t, nil, from),
			"ErrUnauthorized":   uploads(t, nil, from, dropHeader("Authorization")),
			"ErrNotFound":       api(t, "GET", "nothing", from),
			"ErrInvalidJSON":    uploadsRaw(t, "[]", from),
			"ErrInvalidRequest": uploads(t, fields{"size": -1}, from),
			"ErrBodyTooLarge":   uploadsRaw(t, padded(64<<10+1), from),
			"ErrSizeTooLarge":   uploads(t, fields{"size": int64(1 << 50)}, from),
			"ErrTypeNotAllowed": uploads(t, fields{"contentType": "text/html"}, from),
		} {
			t.Run(name+" from "+origin, func(t *testing.T) {
				if allowed := a.header.Get("Access-Control-Allow-Origin"); allowed != origin && allowed != "*" {
					t.Errorf("status %d: Access-Control-Allow-Origin is %q", a.status, allowed)
				}
			})
		}
	}
}

// TestHiddenFromOtherPages: what the function answers is only for the allowed origins. How it
// compares them is in its own tests.
func TestHiddenFromOtherPages(t *testing.T) {
	t.Parallel()
	for name, origin := range map[string]string{"ErrOther": "https://evil.example", "ErrNull": "null"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkHeader(t, uploads(t, nil, setHeader("Origin", origin)), "Access-Control-Allow-Origin", "")
			checkHeader(t, documents(t, "key=", setHeader("Origin", origin)), "Access-Control-Allow-Origin", "")
		})
	}
	t.Run("OKNoOrigin", func(t *testing.T) { // curl
		planned(t, uploads(t, nil, dropHeader("Origin")), 201)
	})
}

// TestNoOriginIsSentBack: what API Gateway answers by itself is the same for every page.
func TestNoOriginIsSentBack(t *testing.T) {
	t.Parallel()
	for name, origin := range map[string]string{"OK": target.origin(), "ErrOther": "https://evil.example"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := setHeader("Origin", origin)
			for _, a := range []answer{
				uploads(t, nil, from, dropHeader("Authorization")),
				uploadsRaw(t, "[]", from),
				api(t, "GET", "nothing", from),
				api(t, "GET", "nothing", from, dropHeader("Authorization")),
				preflight(t, "nothing", origin, "GET", "authorization"),
			} {
				checkReaders(t, a)
			}
		})
	}
}

// s3Preflight asks S3 as a browser does before the PUT.
func s3Preflight(t *testing.T, p plan, origin, method, headers string) answer {
	t.Helper()
	return s3(t, p.request(t, "", func(r *http.Request) {
		r.Method, r.Header = "OPTIONS", http.Header{}
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", method)
		if headers != "" {
			r.Header.Set("Access-Control-Request-Headers", headers)
		}
	}))
}

func TestS3Preflight(t *testing.T) {
	t.Parallel()
	p := planUpload(t, fields{"sha256": helloSHA256, "metadata": fields{"album": "2026", "a.b_c": "x"}})
	var needed []string
	for name := range p.Headers {
		needed = append(needed, strings.ToLower(name))
	}
	slices.Sort(needed) // as browsers send them
	for _, origin := range allowedOrigins() {
		t.Run("OK from "+origin, func(t *testing.T) {
			t.Parallel()
			a := s3Preflight(t, p, origin, "PUT", strings.Join(needed, ","))
			if a.status != 200 {
				t.Errorf("status %d %s", a.status, s3Code(a))
			}
			checkHeader(t, a, "Access-Control-Allow-Origin", origin)
			if methods := strings.Split(a.header.Get("Access-Control-Allow-Methods"), ", "); !slices.Contains(methods, "PUT") {
				t.Errorf("the methods are %q", methods)
			}
		})
	}
	type c struct{ origin, method, headers string }
	cases := map[string]c{}
	for name, origin := range lookAlikes() {
		cases[name] = c{origin, "PUT", "content-type"}
	}
	multipart, downloads := hasRoute(t, "uploads/parts"), hasRoute(t, "downloads")
	for method, needed := range map[string]bool{"HEAD": false, "POST": multipart, "DELETE": multipart, "GET": multipart || downloads} {
		if !needed {
			cases["ErrMethod"+method] = c{target.origin(), method, ""}
		}
	}
	for _, header := range []string{"authorization", "x-amz-acl", "x-amz-tagging", "x-amz-content-sha256", "x-amz-security-token",
		"x-amz-copy-source", "x-amz-storage-class", "x-amz-website-redirect-location", "cache-control", "content-encoding"} {
		cases["ErrHeader "+header] = c{target.origin(), "PUT", "content-type," + header}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := s3Preflight(t, p, c.origin, c.method, c.headers)
			if a.status != 403 || a.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("status %d %s, Access-Control-Allow-Origin %q", a.status, s3Code(a), a.header.Get("Access-Control-Allow-Origin"))
			}
		})
	}
}

// TestS3FeaturePreflight asks S3 as a browser does before each request that the features sign.
func TestS3FeaturePreflight(t *testing.T) {
	t.Parallel()
	s := begin(t, ada, true)
	a := s.ask(t, 1)
	signed := map[string]plan{"create": s.plan, "part": a.Parts[0].plan, "complete": *a.Complete}
	if a.List != nil {
		signed["list"], signed["abort"] = *a.List, *a.Abort
	}
	if hasRoute(t, "downloads") {
		signed["download"] = planned(t, downloads(t, fields{"key": s.plan.Key}), 200)
	}
	if hasRoute(t, "listings") {
		signed["listing"] = signListing(t, ada, "", "", 0)
	}
	if hasRoute(t, "deletions") {
		signed["deletion"] = signDeletions(t, ada, s.plan.Key).Deletions[0]
	}
	for name, p := range signed {
		var needed []string
		for header := range p.Headers {
			needed = append(needed, strings.ToLower(header))
		}
		slices.Sort(needed)
		for _, origin := range allowedOrigins() {
			t.Run("OK "+name+" from "+origin, func(t *testing.T) {
				a := s3Preflight(t, p, origin, p.Method, strings.Join(needed, ","))
				if methods := strings.Split(a.header.Get("Access-Control-Allow-Methods"), ", "); a.status != 200 || !slices.Contains(methods, p.Method) {
					t.Errorf("status %d %s, the methods are %q", a.status, s3Code(a), methods)
				}
				checkHeader(t, a, "Access-Control-Allow-Origin", origin)
			})
		}
		for how, preflight := range map[string]answer{
			"ErrOrigin": s3Preflight(t, p, "https://evil.example", p.Method, strings.Join(needed, ",")),
			"ErrHeader": s3Preflight(t, p, target.origin(), p.Method, strings.Join(append(needed, "x-amz-acl"), ",")),
		} {
			t.Run(how+" "+name, func(t *testing.T) {
				if preflight.status != 403 || preflight.header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("status %d, Access-Control-Allow-Origin %q", preflight.status, preflight.header.Get("Access-Control-Allow-Origin"))
				}
			})
		}
	}
}

// hasRoute tells whether the deployment's features make this route.
func hasRoute(t *testing.T, path string) bool {
	t.Helper()
	return preflight(t, path, target.origin(), "POST", "authorization,content-type").status < 300
}

// TestS3AnswersAreReadable: a page must be able to say why S3 refused, and a page elsewhere must
// learn nothing.
func TestS3AnswersAreReadable(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]edit{
		"ErrType":      setHeader("Content-Type", "text/html"),
		"ErrLength":    setBody("hello!"),
		"ErrExpired":   setQuery("X-Amz-Expires", "0"),
		"ErrNotYet":    setQuery("X-Amz-Date", "20990101T000000Z"),
		"ErrSignature": setQuery("X-Amz-Signature", strings.Repeat("0", 64)),
		"ErrToken":     setQuery("X-Amz-Security-Token", "x"),
		"ErrAnonymous": func(r *http.Request) { r.URL.RawQuery = "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := planUpload(t, nil)
			a := s3(t, p.request(t, "hello", e))
			if a.status < 400 {
				t.Errorf("status %d", a.status)
			}
			checkHeader(t, a, "Access-Control-Allow-Origin", target.origin())
			a = s3(t, p.request(t, "hello", e, setHeader("Origin", "https://evil.example")))
			checkHeader(t, a, "Access-Control-Allow-Origin", "")
		})
	}
}
