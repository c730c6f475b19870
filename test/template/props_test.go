package template_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"signpost/infra"
	"signpost/lambda/config"
	"signpost/test/template/options"
	"signpost/test/template/synth"
)

// valid returns the least that props must hold.
func valid(t testing.TB) infra.UploadsProps {
	props := infra.UploadsProps{AllowedOrigins: []string{"https://app.example.com"}}
	return synth.WithStub(t, infra.Stage{Uploads: props}).Uploads
}

func TestPropsRefused(t *testing.T) {
	synth.RequireNode(t)
	base := valid(t)
	origins := func(origins ...string) func(*props) {
		return func(p *props) { p.AllowedOrigins = origins }
	}
	types := func(types ...string) func(*props) { return func(p *props) { p.AllowedTypes = types } }
	tests := []struct {
		name  string
		spoil func(*props)
		field string
		hint  string // part of the message: what would be right
	}{
		{"no code", func(p *props) { p.Code = nil }, "Code", "package build"},

		{"no origin", origins(), "AllowedOrigins", "names no origin"},
		{"empty origin", origins(""), "AllowedOrigins", "https://app.example.com"},
		{"any origin", origins("*"), "AllowedOrigins", "name each origin"},
		{"any subdomain", origins("https://*.example.com"), "AllowedOrigins", "name each origin"},
		{"trailing slash", origins("https://a.example/"), "AllowedOrigins", `write "https://a.example"`},
		{"path", origins("https://a.example/app"), "AllowedOrigins", `write "https://a.example"`},
		{"query", origins("https://a.example?x=1"), "AllowedOrigins", `write "https://a.example"`},
		{"bare question mark", origins("https://a.example?"), "AllowedOrigins", `write "https://a.example"`},
		{"fragment", origins("https://a.example#x"), "AllowedOrigins", `write "https://a.example"`},
		{"bare number sign", origins("https://a.example#"), "AllowedOrigins", `write "https://a.example"`},
		{"user", origins("https://me@a.example"), "AllowedOrigins", `write "https://a.example"`},
		{"plain http", origins("http://a.example"), "AllowedOrigins", `write "https://a.example"`},
		{"plain http on a private address", origins("http://192.168.1.2:8080"), "AllowedOrigins", "plain http"},
		{"plain http on another IPv6 address", origins("http://[2001:db8::1]:8080"), "AllowedOrigins", "plain http"},
		{"plain http on a name that looks local", origins("http://localhost.example"), "AllowedOrigins", "plain http"},
		{"another scheme", origins("ftp://a.example"), "AllowedOrigins", "scheme and host"},
		{"no scheme", origins("a.example"), "AllowedOrigins", "scheme and host"},
		{"null", origins("null"), "AllowedOrigins", "sandboxed"},
		{"a scheme misspelt", origins("htps://a.example"), "AllowedOrigins", "scheme and host"},
		{"a file", origins("file:///home/me/index.html"), "AllowedOrigins", "sandboxed"},
		{"files", origins("file://"), "AllowedOrigins", "sandboxed"},
		{"a Firefox extension", origins("moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc"), "AllowedOrigins", "each installation"},
		{"a Safari extension", origins("safari-web-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc"), "AllowedOrigins", "anew"},
		{"a blob", origins("blob:https://a.example/2c127fa4"), "AllowedOrigins", "name that"},
		{"an extension by its name", origins("chrome-extension://signpost"), "AllowedOrigins", "32 letters"},
		{"an extension's page", origins("chrome-extension://abcdefghijklmnopabcdefghijklmnop/popup.html"), "AllowedOrigins", `write "chrome-extension://abcdefghijklmnopabcdefghijklmnop"`},
		{"an app's page", origins("capacitor://localhost/"), "AllowedOrigins", `write "capacitor://localhost"`},
		{"an app's port", origins("capacitor://localhost:8080"), "AllowedOrigins", `write "capacitor://localhost"`},
		{"an app without a host", origins("tauri://"), "AllowedOrigins", "scheme and host"},
		{"any app", origins("capacitor://*"), "AllowedOrigins", "name each origin"},
		{"an app's host", origins("app://-"), "AllowedOrigins", "not a name"},
		{"no host", origins("https://"), "AllowedOrigins", "scheme and host"},
		{"comma", origins("https://a.example,https://b.example"), "AllowedOrigins", "a string of its own"},
		{"space", origins("https://a.example "), "AllowedOrigins", "a string of its own"},
		{"quote", origins("https://a'b.example"), "AllowedOrigins", "DNS name"},
		{"capitals", origins("https://A.example"), "AllowedOrigins", `write "https://a.example"`},
		{"beyond ASCII", origins("https://bücher.example"), "AllowedOrigins", "xn--"},
		{"port of its scheme", origins("https://a.example:443"), "AllowedOrigins", `write "https://a.example"`},
		{"port of its scheme, http", origins("http://localhost:80"), "AllowedOrigins", `write "http://localhost"`},
		{"port with a leading zero", origins("https://a.example:0443"), "AllowedOrigins", "1 to 65535"},
		{"port beyond", origins("https://a.example:65536"), "AllowedOrigins", "1 to 65535"},
		{"port 0", origins("https://a.example:0"), "AllowedOrigins", "1 to 65535"},
		{"no port", origins("https://a.example:"), "AllowedOrigins", "1 to 65535"},
		{"IPv6 with a zone", origins("http://[fe80::1%25eth0]"), "AllowedOrigins", "without its zone"},
		{"long IPv6", origins("https://[0:0:0:0:0:0:0:1]"), "AllowedOrigins", "IPv6"},
		{"two the same", origins("https://a.example", "https://b.example", "https://a.example"), "AllowedOrigins", "twice"},
		{"too many", origins(manyOrigins()...), "AllowedOrigins", "name fewer"},

		{"short lifetime", func(p *props) { p.URLLifetime = time.Minute - time.Second }, "URLLifetime", "1 to 15 minutes, or up to 60 with AllowLongURLs"},
		{"negative lifetime", func(p *props) { p.URLLifetime = -time.Minute }, "URLLifetime", "1 to 15 minutes"},
		{"long lifetime", func(p *props) { p.URLLifetime = 15*time.Minute + time.Second }, "URLLifetime", "1 to 15 minutes"},
		{"longer than leave", func(p *props) { p.AllowLongURLs, p.URLLifetime = true, time.Hour+time.Second }, "URLLifetime", "1 to 60 minutes"},
		{"part of a second", func(p *props) { p.URLLifetime = time.Minute + time.Millisecond }, "URLLifetime", "whole seconds"},

		{"negative size", func(p *props) { p.MaxSize = -1 }, "MaxSize", "1 to 53687091200000 bytes"},
		{"size beyond", func(p *props) { p.MaxSize = 10_000*(5<<30) + 1 }, "MaxSize", "1 to 53687091200000 bytes"},

		{"no type", func(p *props) { p.AllowedTypes = []string{} }, "AllowedTypes", "nil for the default"},
		{"empty type", types(""), "AllowedTypes", `"image/png"`},
		{"every type", types("*/*"), "AllowedTypes", "name each"},
		{"star", types("*"), "AllowedTypes", "name each"},
		{"family of families", types("*/png"), "AllowedTypes", "malformed"},
		{"half a wildcard", types("image/p*"), "AllowedTypes", "malformed"},
		{"no subtype", types("image"), "AllowedTypes", "malformed"},
		{"empty subtype", types("image/"), "AllowedTypes", "malformed"},
		{"two slashes", types("image/png/x"), "AllowedTypes", "malformed"},
		{"space in type", types("image/png "), "AllowedTypes", "malformed"},
		{"type beyond ASCII", types("image/pñg"), "AllowedTypes", "malformed"},
		{"capitals in type", types("Image/PNG"), "AllowedTypes", `write "image/png"`},
		{"parameter", types("text/plain;charset=utf-8"), "AllowedTypes", "without parameters"},
		{"two in one", types("image/png,image/gif"), "AllowedTypes", "a string of its own"},
		{"form", types("multipart/form-data"), "AllowedTypes", "the files' own types"},
		{"forms", types("multipart/*"), "AllowedTypes", "the files' own types"},
		{"no type at all", types("application/unknown"), "AllowedTypes", "is no type"},
		{"no type at all, of its own", types("unknown/unknown"), "AllowedTypes", "is no type"},
		{"no types at all", types("unknown/*"), "AllowedTypes", "is no type"},
		{"no type at all, in Firefox", types("application/x-unknown-content-type"), "AllowedTypes", "is no type"},
		{"extension for a type", types("image/jpg"), "AllowedTypes", `write "image/jpeg"`},
		{"another name for a type", types("audio/mp3"), "AllowedTypes", `write "audio/mpeg"`},
		{"type that no browser says", types("video/mov"), "AllowedTypes", `write "video/quicktime"`},
		{"Windows's name for a type", types("application/x-zip-compressed"), "AllowedTypes", `write "application/zip"`},
		{"two types the same", types("image/png", "image/png"), "AllowedTypes", "twice"},
		{"too many types", types(manyTypes()...), "AllowedTypes", "name fewer"},

		{"negative rate", func(p *props) { p.ThrottleRate = -1 }, "ThrottleRate", "at most 10000"},
		{"rate beyond", func(p *props) { p.ThrottleRate = 10_001 }, "ThrottleRate", "at most 10000"},
		{"no number", func(p *props) { p.ThrottleRate = math.NaN() }, "ThrottleRate", "at most 10000"},
		{"negative burst", func(p *props) { p.ThrottleBurst = -1 }, "ThrottleBurst", "1 to 5000"},
		{"burst beyond", func(p *props) { p.ThrottleBurst = 5_001 }, "ThrottleBurst", "1 to 5000"},
		{"odd retention", func(p *props) { p.LogRetentionDays = 2 }, "LogRetentionDays", "1 3 5 7 14"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			props := base
			test.spoil(&props)
			var wrong *infra.PropsError
			if err := props.Validate(); !errors.As(err, &wrong) {
				t.Fatalf("Validate is %v, want a PropsError", err)
			}
			if len(wrong.Problems) != 1 || wrong.Problems[0].Field != test.field || !strings.Contains(wrong.Problems[0].Message, test.hint) {
				t.Errorf("the problems are %q, want one of %s that says %q", wrong.Problems, test.field, test.hint)
			}
			if strings.Contains(wrong.Problems[0].Message, "\n") {
				t.Errorf("the message is more than a line: %q", wrong.Problems[0].Message)
			}
		})
	}
}

func manyOrigins() (origins []string) {
	for range 15 {
		origins = append(origins, "https://a"+strings.Repeat(".sub", 20)+strings.Repeat("x", len(origins)+1)+".example.com")
	}
	return origins
}

func manyTypes() (types []string) {
	for range 15 {
		types = append(types, "application/x"+strings.Repeat("y", 90+len(types)))
	}
	return types
}

func TestPropsAccepted(t *testing.T) {
	synth.RequireNode(t)
	base := valid(t)
	for name, change := range map[string]func(*props){
		"the least": func(*props) {},
		"local pages": func(p *props) {
			p.AllowedOrigins = []string{"http://localhost:3000", "http://127.0.0.1", "http://127.0.0.2:8080", "http://[::1]:8080", "http://app.localhost:5173"}
		},
		"apps": func(p *props) {
			p.AllowedOrigins = []string{"capacitor://localhost", "https://localhost", "ionic://localhost", "tauri://localhost", "http://tauri.localhost", "https://tauri.localhost",
				"app://obsidian.md", "chrome-extension://abcdefghijklmnopabcdefghijklmnop"}
		},
		"IPv6":                func(p *props) { p.AllowedOrigins = []string{"https://[::1]:8443"} },
		"punycode and port":   func(p *props) { p.AllowedOrigins = []string{"https://xn--bcher-kva.example:65535"} },
		"shortest lifetime":   func(p *props) { p.URLLifetime = time.Minute },
		"longest lifetime":    func(p *props) { p.URLLifetime = 15 * time.Minute },
		"an hour, with leave": func(p *props) { p.AllowLongURLs, p.URLLifetime = true, time.Hour },
		"a byte":              func(p *props) { p.MaxSize = 1 },
		"48.8 TiB":            func(p *props) { p.MaxSize = 10_000 * (5 << 30) },
		"no parts":            func(p *props) { p.MultipartThreshold = 5 << 30 },
		"parts from 5 MiB":    func(p *props) { p.MultipartThreshold = 5 << 20 },
		"a token for an ARN":  func(p *props) { p.KeyARN = "${Token[Key.Arn.42]}" },
		"a sign-in's scope":   func(p *props) { p.OAuthScopes = []string{"aws.cognito.signin.user.admin"} },
		"most memory":         func(p *props) { p.MemoryMB = 10_240 },
		"most concurrency":    func(p *props) { p.ReservedConcurrency = 900 },
		"one address":         func(p *props) { p.SourceRanges = []string{"203.0.113.7/32"} },
		"the least rate":      func(p *props) { p.WebACL, p.WebACLRateLimit = true, 10 },
		"script, named":       func(p *props) { p.AllowedTypes = []string{"image/svg+xml", "text/html"} },
		"families":            func(p *props) { p.AllowedTypes = []string{"image/*", "application/*"} },
		"a long type": func(p *props) {
			p.AllowedTypes = []string{"application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
		},
		"a fraction of a rate": func(p *props) { p.ThrottleRate = 0.5 },
	} {
		t.Run(name, func(t *testing.T) {
			props := base
			change(&props)
			if err := props.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestPropsAllAtOnce wants every problem in one error, in the order of the fields, and nothing
// made of a stack whose props are wrong.
func TestPropsAllAtOnce(t *testing.T) {
	stage := infra.Stage{Name: "wrong", Uploads: infra.UploadsProps{
		AllowedOrigins:   []string{"*", "https://a.example/"},
		URLLifetime:      time.Hour,
		MaxSize:          -1,
		KeyPrefix:        "/",
		OwnKey:           true,
		KeyARN:           "alias/uploads",
		WebACL:           true,
		WebACLARN:        "x",
		HostedZoneID:     "Z1",
		AllowedTypes:     []string{"image"},
		ThrottleRate:     -1,
		ThrottleBurst:    -1,
		LogRetentionDays: 2,
	}}
	app := synth.NewApp(t)
	var said any
	func() {
		defer func() { said = recover() }()
		infra.NewUploadStack(app, stage)
	}()
	wrong, ok := said.(*infra.PropsError)
	if !ok {
		t.Fatalf("NewUploadStack panicked with %v, want a PropsError", said)
	}
	var fields []string
	for _, problem := range wrong.Problems {
		fields = append(fields, problem.Field)
	}
	want := []string{
		"Code", "AllowedOrigins", "AllowedOrigins", "URLLifetime", "MaxSize", "AllowedTypes", "KeyPrefix", "OwnKey", "KeyARN",
		"ThrottleRate", "ThrottleBurst", "LogRetentionDays", "WebACL", "WebACLARN", "HostedZoneID",
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("the problems' fields (-want +got):\n%s", diff)
	}
	for i, line := range strings.Split(wrong.Error(), "\n") {
		if i >= len(want) || !strings.HasPrefix(line, want[i]+": ") {
			t.Errorf("line %d is %q, want it to begin with its field", i+1, line)
		}
	}
	if made := len(*app.Node().Children()); made != 0 {
		t.Errorf("%d constructs were made of wrong props", made)
	}
}

// TestFunctionTakesWhatPropsTake: infra and lambda check the same values in two places, and the
// first to see a value must be the stricter, or a deployment that went well never starts.
func TestFunctionTakesWhatPropsTake(t *testing.T) {
	synth.RequireNode(t)
	base := valid(t)
	rapid.Check(t, func(r *rapid.T) {
		props := base
		for _, origin := range rapid.SliceOfN(rapid.StringMatching(`(https?|capacitor|tauri|app|ftp)://([a-z0-9.\[\]:*@-]{1,8}|localhost|a\.example)(:[0-9]{1,5})?/?`), 1, 6).Draw(r, "origins") {
			if one := (infra.UploadsProps{Code: base.Code, AllowedOrigins: []string{origin}}); one.Validate() == nil {
				props.AllowedOrigins = one.AllowedOrigins
			}
		}
		for _, mediaType := range rapid.SliceOfN(rapid.StringMatching(`[a-z0-9*.+_-]{1,5}/([a-z0-9.+;!#$&^_-]{1,6}|\*)`), 1, 6).Draw(r, "types") {
			if one := (infra.UploadsProps{Code: base.Code, AllowedOrigins: base.AllowedOrigins, AllowedTypes: []string{mediaType}}); one.Validate() == nil {
				props.AllowedTypes = one.AllowedTypes
			}
		}
		if props.AllowedTypes == nil {
			props.AllowedTypes = infra.DefaultAllowedTypes()
		}
		props.UserPoolARN, props.UserPoolClientIDs = options.PoolARN, []string{rapid.StringMatching(`[A-Za-z0-9_+. -]{1,30}`).Draw(r, "client")}
		if props.Validate() != nil {
			props.UserPoolClientIDs = []string{"client"}
		}
		for _, text := range []struct {
			to       *string
			fallback string
			form     string
		}{
			{&props.KeyPrefix, "uploads/", `[a-z./_%-]{1,10}/`},
			{&props.RequiredGroup, "", `[a-z, \[\]_:@/+=-]{0,6}`},
			{&props.MetricsNamespace, "Signpost", `(AWS/|:)?[a-zA-Z/ _#:.-]{1,6}`},
		} {
			if *text.to = rapid.StringMatching(text.form).Draw(r, "text"); props.Validate() != nil || *text.to == "" {
				*text.to = text.fallback
			}
		}
		env := map[string]string{
			"UPLOAD_BUCKET": "bucket", "KEY_PREFIX": props.KeyPrefix, "URL_LIFETIME_SECONDS": "600", "MAX_SIZE_BYTES": "1", "USER_POOL_CLIENT_IDS": props.UserPoolClientIDs[0],
			"REQUIRED_GROUP": props.RequiredGroup, "METRICS_NAMESPACE": props.MetricsNamespace,
			"ALLOWED_TYPES": strings.Join(props.AllowedTypes, ","), "ALLOWED_ORIGINS": strings.Join(props.AllowedOrigins, ","),
		}
		cfg, err := config.UploadFromEnvironment(func(name string) string { return env[name] })
		if err != nil {
			r.Fatal(err)
		}
		if !slices.Equal(cfg.AllowedOrigins, props.AllowedOrigins) || !slices.Equal(cfg.AllowedTypes, props.AllowedTypes) {
			r.Fatalf("the function reads %q and %q", cfg.AllowedOrigins, cfg.AllowedTypes)
		}
	})
}
