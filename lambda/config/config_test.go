package config

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// deployed is an environment as a template sets it.
func deployed() map[string]string {
	return map[string]string{
		"UPLOAD_BUCKET": "signpost-uploads", "KEY_PREFIX": "uploads/", "URL_LIFETIME_SECONDS": "600",
		"ALLOWED_ORIGINS": "https://app.example.com,https://other.example.com", "USER_POOL_CLIENT_IDS": "client,anotherclient",
		"TOKEN_USE": "access", "REQUIRED_GROUP": "uploaders", "METRICS_NAMESPACE": "Signpost/test",
		"MAX_SIZE_BYTES": "5368709121", "MULTIPART_THRESHOLD_BYTES": "5242880", "RESUMABLE_UPLOADS": "true",
		"ALLOWED_TYPES": "image/*,application/pdf", "DOWNLOADS": "true",
	}
}

func with(env map[string]string, name, value string) func(string) string {
	env = maps.Clone(env)
	env[name] = value
	return func(name string) string { return env[name] }
}

func wantUpload() Upload {
	return Upload{
		Shared: Shared{
			Bucket: "signpost-uploads", KeyPrefix: "uploads/", URLLifetime: 10 * time.Minute,
			AllowedOrigins: []string{"https://app.example.com", "https://other.example.com"}, ClientIDs: []string{"client", "anotherclient"},
			TokenUse: AccessToken, RequiredGroup: "uploaders", MetricsNamespace: "Signpost/test",
		},
		MaxSize: 5<<30 + 1, MultipartThreshold: 5 << 20, ResumableUploads: true, AllowedTypes: []string{"image/*", "application/pdf"}, Downloads: true,
	}
}

func TestUpload(t *testing.T) {
	t.Parallel()
	got, err := UploadFromEnvironment(func(name string) string { return deployed()[name] })
	if want := wantUpload(); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("reads %+v, %v\nwant  %+v", got, err, want)
	}
	if env := wantUpload().Environment(); !maps.Equal(env, deployed()) {
		t.Errorf("writes %v\nwant   %v", env, deployed())
	}
}

// The other functions must start in an environment that says nothing about uploads.
func TestFiles(t *testing.T) {
	t.Parallel()
	env := deployed()
	for _, name := range []string{"MAX_SIZE_BYTES", "MULTIPART_THRESHOLD_BYTES", "RESUMABLE_UPLOADS", "ALLOWED_TYPES", "DOWNLOADS"} {
		delete(env, name)
	}
	want := Files{wantUpload().Shared}
	got, err := FilesFromEnvironment(func(name string) string { return env[name] })
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("reads %+v, %v\nwant  %+v", got, err, want)
	}
	if written := want.Environment(); !maps.Equal(written, env) {
		t.Errorf("writes %v\nwant   %v", written, env)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	env := deployed()
	for _, name := range []string{"MULTIPART_THRESHOLD_BYTES", "RESUMABLE_UPLOADS", "DOWNLOADS", "TOKEN_USE", "REQUIRED_GROUP", "METRICS_NAMESPACE"} {
		delete(env, name)
	}
	got, err := UploadFromEnvironment(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	if got.MultipartThreshold != 16<<20 || got.ResumableUploads || got.Downloads || got.Listings || got.Deletions || got.Scans || got.TokenUse != "id" || got.RequiredGroup != "" || got.MetricsNamespace != "Signpost" {
		t.Errorf("defaults: %+v", got)
	}
}

// Whatever is valid survives its environment.
func TestEnvironmentIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		valid := func(label, form string, rule func(string) string) string {
			return rapid.StringMatching(form).Filter(func(s string) bool { return rule(s) == "" }).Draw(r, label)
		}
		want := Upload{
			Shared: Shared{
				Bucket:           valid("bucket", `[a-z0-9][a-z0-9.-]{1,20}[a-z0-9]`, BucketNameProblem),
				KeyPrefix:        valid("prefix", `([A-Za-z0-9_.-]{1,8}/){1,3}`, KeyPrefixProblem),
				URLLifetime:      time.Duration(rapid.Int64Range(1, 3600).Draw(r, "lifetime")) * time.Second,
				TokenUse:         rapid.SampledFrom([]string{IDToken, AccessToken}).Draw(r, "token use"),
				RequiredGroup:    rapid.SampledFrom([]string{"", "uploaders", "a/b:c@d+e=f.g-h_i"}).Draw(r, "group"),
				MetricsNamespace: valid("namespace", `[A-Za-z0-9.\-_/#]{1,20}`, NamespaceProblem),
				AllowedOrigins:   rapid.SliceOfN(rapid.SampledFrom([]string{"https://a.example", "http://localhost:8080", "capacitor://localhost", "http://[::1]:1"}), 1, 4).Draw(r, "origins"),
				ClientIDs:        rapid.SliceOfN(rapid.StringMatching(`[A-Za-z0-9_+]{1,26}`), 1, 4).Draw(r, "clients"),
			},
			MaxSize:            rapid.Int64Range(1, MaxObjectSize).Draw(r, "size"),
			MultipartThreshold: rapid.Int64Range(MinMultipartThreshold, MaxMultipartThreshold).Draw(r, "threshold"),
			ResumableUploads:   rapid.Bool().Draw(r, "resumable"),
			AllowedTypes:       rapid.SliceOfN(rapid.SampledFrom([]string{"image/*", "text/html", "application/vnd.x+json"}), 1, 4).Draw(r, "types"),
			Downloads:          rapid.Bool().Draw(r, "downloads"),
			Listings:           rapid.Bool().Draw(r, "listings"),
			Deletions:          rapid.Bool().Draw(r, "deletions"),
			Scans:              rapid.Bool().Draw(r, "scans"),
		}
		want.Kinds = rapid.SliceOfNDistinct(anyKind(want.URLLifetime), 0, 4, func(k Kind) string { return k.Name }).Draw(r, "kinds")
		if len(want.Kinds) == 0 {
			want.Kinds = nil
		}
		if want.LambdaAuthorizer = rapid.Bool().Draw(r, "authorizer"); want.LambdaAuthorizer {
			want.ClientIDs, want.TokenUse, want.RequiredGroup = nil, "", ""
		}
		want.NoUnnamedKind = len(want.Kinds) > 0 && rapid.Bool().Draw(r, "closed")
		if err := want.Validate(); err != nil {
			r.Fatal(err)
		}
		want.TransferAcceleration = !strings.Contains(want.Bucket, ".") && rapid.Bool().Draw(r, "acceleration")
		env := want.Environment()
		got, err := UploadFromEnvironment(func(name string) string { return env[name] })
		if err != nil || !reflect.DeepEqual(got, want) {
			r.Fatalf("wrote %v\nread  %+v, %v\nwant  %+v", env, got, err, want)
		}
	})
}

// anyKind draws a valid kind of a deployment whose URLs have a lifetime.
func anyKind(lifetime time.Duration) *rapid.Generator[Kind] {
	return rapid.Custom(func(r *rapid.T) Kind {
		list := func(label string, values ...string) []string { // which may be left out
			if drawn := rapid.SliceOfDistinct(rapid.SampledFrom(values), rapid.ID).Draw(r, label); len(drawn) > 0 {
				return drawn
			}
			return nil
		}
		return Kind{
			Name:             rapid.StringMatching(`[a-z][a-z0-9-]{0,31}`).Draw(r, "name"),
			AllowedTypes:     list("types", "image/*", "application/xhtml+xml", "a/b&c"),
			MaxSize:          rapid.SampledFrom([]int64{0, 1, MaxObjectSize}).Draw(r, "size"),
			URLLifetime:      time.Duration(rapid.Int64Range(0, int64(lifetime/time.Second)).Draw(r, "lifetime")) * time.Second,
			RequiredGroup:    rapid.SampledFrom([]string{"", "a/b:c@d+e=f.g-h_i"}).Draw(r, "group"),
			RequiredClaims:   anyClaims().Draw(r, "claims"),
			RequiredMetadata: list("metadata", "case", "a_b.c-9", strings.Repeat("n", MaxMetadataName)),
			NoDownloads:      rapid.Bool().Draw(r, "no downloads"),
		}
	})
}

// anyClaims draws valid required claims, nil if there are none.
func anyClaims() *rapid.Generator[RequiredClaims] {
	return rapid.Custom(func(r *rapid.T) RequiredClaims {
		claims := RequiredClaims{}
		for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"groups", "scope", "https://example.com/roles", "cognito:groups"}), rapid.ID).Draw(r, "names") {
			claims[name] = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "true", "1", "grün", "<&>\""}), 1, -1, rapid.ID).Draw(r, "values")
		}
		if len(claims) == 0 {
			return nil
		}
		return claims
	})
}

func TestRefusedNamesTheVariable(t *testing.T) {
	t.Parallel()
	for variable, values := range map[string][]string{
		"UPLOAD_BUCKET":             {"", "ab", "Upper", "under_score", "-a-b", "a-b-", "a..b", strings.Repeat("a", 64), "arn:aws:s3:::b", "a/b", "b--x-s3", "x-s3alias"},
		"TRANSFER_ACCELERATION":     {"True", "1", "Enabled", "true "},
		"KEY_PREFIX":                {"", "/", "uploads", "/uploads/", "up//loads/", "../", "./", "a/../b/", "a b/", "ü/", "a%2F/", strings.Repeat("a", 200) + "/"},
		"URL_LIFETIME_SECONDS":      {"", "0", "-1", "3601", "10m", "600.5", " 600", "9223372036854775807", "18446744073709551616", "36028797018964568"},
		"MAX_SIZE_BYTES":            {"", "0", "-1", "53687091200001", "5GB", "1e9", "9223372036854775808"},
		"MULTIPART_THRESHOLD_BYTES": {"0", "-1", "5242879", "5368709121", "100MiB", "9223372036854775808"},
		"RESUMABLE_UPLOADS":         {"True", "1", "yes", " true"},
		"DOWNLOADS":                 {"True", "1", "yes", "true "},
		"TOKEN_USE":                 {"ID", "refresh", "id,access"},
		"REQUIRED_GROUP":            {"a,b", "a b", "[a", "a]", " ", "a\n", "a\xff", "grüße", strings.Repeat("a", 129)},
		"METRICS_NAMESPACE":         {"AWS/Lambda", ":x", "a:b", "a b", "ä", "a*", "$a", strings.Repeat("a", 256)},
		"ALLOWED_TYPES":             {"", ",", "image/*,", "image", "Image/PNG", "image/png;q=1", "*/*", "multipart/form-data", "image/jpg", "application/unknown"},
		"ALLOWED_ORIGINS":           {"", ",", "*", "https://a.example.com/", "null", "https://a.example.com,ftp://b.example.com"},
		"USER_POOL_CLIENT_IDS":      {"", ",", "a b", "a/b", strings.Repeat("a", 129)},
		"NO_UNNAMED_KIND":           {"true", "True", "1"}, // true closes the only kind there is
		"KINDS": {
			"avatar", "{}", `{"name":"avatar"}`, "[", `[{"name":"avatar"}`, `[{"name":"avatar"}][]`, `[{"name":"avatar"}] x`, `["avatar"]`,
			"[{}]", "[null]", `[{"name":""}]`, `[{"name":"Avatar"}]`, `[{"name":"1a"}]`, `[{"name":"-a"}]`, `[{"name":"a/b"}]`, `[{"name":"a.b"}]`, `[{"name":"a_b"}]`, `[{"name":"ü"}]`, `[{"name":5}]`,
			`[{"name":"` + strings.Repeat("a", 33) + `"}]`, `[{"name":"avatar"},{"name":"film"},{"name":"avatar"}]`,
			`[{"name":"avatar","size":5}]`,
			`[{"name":"avatar","types":"image/*"}]`, `[{"name":"avatar","types":["image/jpg"]}]`, `[{"name":"avatar","types":["*/*"]}]`, `[{"name":"avatar","types":[""]}]`,
			`[{"name":"avatar","maxSize":-1}]`, `[{"name":"avatar","maxSize":53687091200001}]`, `[{"name":"avatar","maxSize":"5"}]`, `[{"name":"avatar","maxSize":1.5}]`, `[{"name":"avatar","maxSize":9223372036854775808}]`,
			`[{"name":"avatar","urlLifetime":601}]`, `[{"name":"avatar","urlLifetime":-1}]`, `[{"name":"avatar","urlLifetime":36028797018964568}]`, `[{"name":"avatar","urlLifetime":1.5}]`, `[{"name":"avatar","urlLifetime":"60"}]`,
			`[{"name":"avatar","group":"a,b"}]`, `[{"name":"avatar","group":["a"]}]`,
			`[{"name":"avatar","metadata":["Case"]}]`, `[{"name":"avatar","metadata":["a b"]}]`, `[{"name":"avatar","metadata":[""]}]`, `[{"name":"avatar","metadata":["a","a"]}]`, `[{"name":"avatar","metadata":["` + strings.Repeat("a", 129) + `"]}]`,
			`[{"name":"avatar","metadata":["a","b","c","d","e","f","g","h","i","j","k"]}]`,
			`[{"name":"avatar","noDownloads":"true"}]`,
		},
	} {
		for _, value := range values {
			_, err := UploadFromEnvironment(with(deployed(), variable, value))
			if err == nil {
				t.Errorf("%s=%q is accepted", variable, value)
				continue
			}
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !strings.HasPrefix(line, variable+": ") {
					t.Errorf("%s=%q is reported as %q", variable, value, line)
				}
			}
		}
	}
}

func TestAccepted(t *testing.T) {
	t.Parallel()
	for variable, values := range map[string][]string{
		"UPLOAD_BUCKET":             {"abc", "a.b-c.1", strings.Repeat("a", 63)},
		"TRANSFER_ACCELERATION":     {"", "true", "false"},
		"KEY_PREFIX":                {"u/", "a/b-c/d_e.f/", strings.Repeat("a", 199) + "/"},
		"URL_LIFETIME_SECONDS":      {"1", "3600"},
		"MAX_SIZE_BYTES":            {"1", "5368709121", "53687091200000"},
		"MULTIPART_THRESHOLD_BYTES": {"", "5242880", "5368709120"},
		"RESUMABLE_UPLOADS":         {"", "true", "false"},
		"DOWNLOADS":                 {"", "true", "false"},
		"TOKEN_USE":                 {"", "id", "access"},
		"REQUIRED_GROUP":            {"", "uploaders", "ops.team+1", strings.Repeat("a", 128)},
		"METRICS_NAMESPACE":         {"", "Signpost/production", "a.b-c_d#e", strings.Repeat("a", 255)},
		"ALLOWED_TYPES":             {"image/*", "image/svg+xml", "text/html, application/xml"},
		"ALLOWED_ORIGINS":           {"http://localhost:8080", "https://a.example.com:8443 , http://127.0.0.1:8080"},
		"USER_POOL_CLIENT_IDS":      {"3n4b5urk1ft4fl3mg5e62d9ado", "a+b_c", strings.Repeat("a", 128)},
		"NO_UNNAMED_KIND":           {"", "false"},
		"KINDS": {
			"", "[]", `[{"name":"a"}]`, ` [ {"name": "` + strings.Repeat("a", 32) + `"} ] `, `[{"name":"a","urlLifetime":600,"maxSize":53687091200000}]`,
			`[{"name":"a","types":[],"metadata":[],"maxSize":0,"urlLifetime":0,"group":"","noDownloads":false}]`,
			`[{"name":"a","types":null,"metadata":null,"maxSize":null,"urlLifetime":null,"group":null,"noDownloads":null}]`,
			`[{"name":"a","metadata":["a","b","c","d","e","f","g","h","i","j"]}]`,
		},
	} {
		for _, value := range values {
			if _, err := UploadFromEnvironment(with(deployed(), variable, value)); err != nil {
				t.Errorf("%s=%q: %v", variable, value, err)
			}
		}
	}
}

// S3 refuses a bucket with dots in its name at the accelerate endpoint. Without acceleration, its
// dots do no harm.
func TestTransferAccelerationNeedsANameWithoutDots(t *testing.T) {
	t.Parallel()
	env := deployed()
	env["UPLOAD_BUCKET"] = "dotted.bucket.example"
	if _, err := UploadFromEnvironment(with(env, "TRANSFER_ACCELERATION", "false")); err != nil {
		t.Error(err)
	}
	_, err := UploadFromEnvironment(with(env, "TRANSFER_ACCELERATION", "true"))
	wantVariables(t, err, "TRANSFER_ACCELERATION")
	_, err = FilesFromEnvironment(with(env, "TRANSFER_ACCELERATION", "true"))
	wantVariables(t, err, "TRANSFER_ACCELERATION")
}

func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	unset := func(string) string { return "" }
	_, err := UploadFromEnvironment(unset)
	wantVariables(t, err, "UPLOAD_BUCKET", "KEY_PREFIX", "URL_LIFETIME_SECONDS", "ALLOWED_ORIGINS", "USER_POOL_CLIENT_IDS", "MAX_SIZE_BYTES", "ALLOWED_TYPES")
	_, err = FilesFromEnvironment(unset)
	wantVariables(t, err, "UPLOAD_BUCKET", "KEY_PREFIX", "URL_LIFETIME_SECONDS", "ALLOWED_ORIGINS", "USER_POOL_CLIENT_IDS")
}

// A struct that was filled in Go is held to the same rules.
func TestValidate(t *testing.T) {
	t.Parallel()
	wantVariables(t, Upload{}.Validate(), "UPLOAD_BUCKET", "KEY_PREFIX", "URL_LIFETIME_SECONDS", "ALLOWED_ORIGINS", "USER_POOL_CLIENT_IDS", "TOKEN_USE", "METRICS_NAMESPACE",
		"MAX_SIZE_BYTES", "MULTIPART_THRESHOLD_BYTES", "ALLOWED_TYPES")
	fraction := Files{wantUpload().Shared}
	fraction.URLLifetime = 90*time.Second + time.Millisecond
	wantVariables(t, fraction.Validate(), "URL_LIFETIME_SECONDS")
}

// wantVariables checks that there is one line about each variable.
func wantVariables(t *testing.T, err error, names ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want %v", names)
		return
	}
	var got []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		name, _, _ := strings.Cut(line, ": ")
		got = append(got, name)
	}
	if !slices.Equal(got, names) {
		t.Errorf("problems with %v\nwant          %v\n%v", got, names, err)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	if got := strconv.FormatInt(MaxObjectSize, 10); got != "53687091200000" {
		t.Errorf("MaxObjectSize is %s", got)
	}
	u := Upload{MaxSize: 10, MultipartThreshold: 10}
	if u.Multipart() {
		t.Error("a file of the threshold's size is sent in parts")
	}
	if u.MaxSize++; !u.Multipart() {
		t.Error("a file larger than the threshold is not sent in parts")
	}
}
