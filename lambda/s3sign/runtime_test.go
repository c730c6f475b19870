package presign

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// environment is the one the template gives, and Lambda.
func environment() map[string]string {
	return map[string]string{
		"UPLOAD_BUCKET": "signpost-uploads", "KEY_PREFIX": "uploads/", "URL_LIFETIME_SECONDS": "600", "MAX_SIZE_BYTES": "5368709120",
		"ALLOWED_TYPES": "image/*,application/pdf,text/plain,video/mp4", "ALLOWED_ORIGINS": testOrigin + ",https://other.example.com",
		"USER_POOL_CLIENT_IDS": "anotherclient," + testClient, "AWS_REGION": "eu-west-1",
		"MULTIPART_THRESHOLD_BYTES": "5368709120", "RESUMABLE_UPLOADS": "false", "TOKEN_USE": "id", "REQUIRED_GROUP": "", "METRICS_NAMESPACE": "Signpost",
		"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "AWS_SESSION_TOKEN": testSession,
	}
}

func TestParseConfig(t *testing.T) {
	t.Parallel()
	env := environment()
	read := map[string]bool{}
	got, err := ParseConfig(func(name string) string { read[name] = true; return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	want := testConfig()
	want.Credentials.Source = "environment"
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	// infra sets those without AWS_; a name read here and set nowhere would be a setting nobody can make.
	names := slices.Sorted(maps.Keys(read))
	if wantNames := slices.Sorted(maps.Keys(merge(env, "AWS_CREDENTIAL_EXPIRATION", ""))); !slices.Equal(names, wantNames) {
		t.Errorf("reads %v\nwant  %v", names, wantNames)
	}

	env["AWS_CREDENTIAL_EXPIRATION"] = "2026-08-18T12:00:00+02:00"
	got, err = ParseConfig(func(name string) string { return env[name] })
	if err != nil || !got.Credentials.CanExpire || !got.Credentials.Expires.Equal(testNow.Truncate(time.Second)) {
		t.Errorf("expiry %v, %v", got.Credentials.Expires, err)
	}
}

// A template that doesn't yet set them gets what is documented.
func TestParseConfigDefaults(t *testing.T) {
	t.Parallel()
	env := environment()
	for _, name := range []string{"MULTIPART_THRESHOLD_BYTES", "RESUMABLE_UPLOADS", "TOKEN_USE", "REQUIRED_GROUP", "METRICS_NAMESPACE"} {
		delete(env, name)
	}
	got, err := ParseConfig(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	if got.MultipartThreshold != 100<<20 || got.ResumableUploads || got.TokenUse != "id" || got.RequiredGroup != "" || got.MetricsNamespace != "Signpost" {
		t.Errorf("defaults: %+v", got)
	}
}

func TestParseConfigReadsTheSettings(t *testing.T) {
	t.Parallel()
	env := environment()
	env["MULTIPART_THRESHOLD_BYTES"], env["RESUMABLE_UPLOADS"], env["TOKEN_USE"] = "5242880", "true", "access"
	env["REQUIRED_GROUP"], env["METRICS_NAMESPACE"] = "uploaders", "Signpost/test"
	got, err := ParseConfig(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	if got.MultipartThreshold != 5<<20 || !got.ResumableUploads || got.TokenUse != "access" || got.RequiredGroup != "uploaders" || got.MetricsNamespace != "Signpost/test" {
		t.Errorf("%+v", got)
	}
}

func TestParseDownloadConfig(t *testing.T) {
	t.Parallel()
	env := environment()
	delete(env, "MAX_SIZE_BYTES")
	env["REQUIRED_GROUP"] = "readers"
	read := map[string]bool{}
	got, err := ParseDownloadConfig(func(name string) string { read[name] = true; return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	want := testConfig()
	want.Credentials.Source, want.RequiredGroup = "environment", "readers"
	want.MaxSize, want.MultipartThreshold, want.AllowedTypes = 0, 0, nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	names := slices.Sorted(maps.Keys(read))
	wantNames := slices.Sorted(slices.Values(append(strings.Fields(`UPLOAD_BUCKET KEY_PREFIX URL_LIFETIME_SECONDS ALLOWED_ORIGINS USER_POOL_CLIENT_IDS
		TOKEN_USE REQUIRED_GROUP METRICS_NAMESPACE`), setByLambda...)))
	if !slices.Equal(names, wantNames) {
		t.Errorf("reads %v\nwant  %v", names, wantNames)
	}
	_, err = ParseDownloadConfig(func(string) string { return "" })
	if n := len(strings.Split(err.Error(), "\n")); n != 8 {
		t.Errorf("%d lines for 8 missing variables:\n%v", n, err)
	}
	_, err = ParseDownloadConfig(func(name string) string { return merge(env, "AWS_CREDENTIAL_EXPIRATION", "soon")[name] })
	if err == nil || !strings.HasPrefix(err.Error(), "AWS_CREDENTIAL_EXPIRATION: ") {
		t.Errorf("a bad expiry gives %v", err)
	}
}

var setByLambda = strings.Fields("AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION")

func merge(env map[string]string, name, value string) map[string]string {
	env = maps.Clone(env)
	env[name] = value
	return env
}

func TestParseConfigNamesTheVariable(t *testing.T) {
	t.Parallel()
	for variable, values := range map[string][]string{
		"UPLOAD_BUCKET":             {"", "ab", "Upper", "under_score", "-a-b", "a-b-", "a..b", strings.Repeat("a", 64), "arn:aws:s3:::b", "a/b", "b--x-s3", "x-s3alias"},
		"KEY_PREFIX":                {"", "/", "uploads", "/uploads/", "up//loads/", "../", "./", "a/../b/", "a b/", "ü/", "a%2F/", strings.Repeat("a", 256) + "/"},
		"URL_LIFETIME_SECONDS":      {"", "0", "-1", "3601", "10m", "600.5", " 600", "9223372036854775807", "18446744073709551616", "36028797018964568"},
		"MAX_SIZE_BYTES":            {"", "0", "-1", "53687091200001", "5GB", "1e9", "9223372036854775808"},
		"MULTIPART_THRESHOLD_BYTES": {"0", "-1", "5242879", "5368709121", "100MiB", "9223372036854775808"},
		"RESUMABLE_UPLOADS":         {"True", "1", "yes", " true"},
		"TOKEN_USE":                 {"ID", "refresh", "id,access"},
		"REQUIRED_GROUP":            {"a,b", "a b", "[a", "a]", " ", "a\n", "a\xff", strings.Repeat("a", 513)},
		"METRICS_NAMESPACE":         {"AWS/Lambda", ":x", "a b", "ä", strings.Repeat("a", 256)},
		"ALLOWED_TYPES":             {"", ",", "image/*,", "image", "Image/PNG", "image/png;q=1", "*", "*/*", "*/png", "image/**", "multipart/form-data", "image/p ng", "image/jpg", "application/unknown"},
		"ALLOWED_ORIGINS":           {"", "*", "https://*.example.com", "https://a.example.com/", "https://a.example.com/x", "a.example.com", "null", "ftp://a.example.com", "https://u@a.example.com", "https://a.example.com?x", "https://", "HTTPS://a.example.com"},
		"USER_POOL_CLIENT_IDS":      {"", ",", "a b", "a/b"},
		"AWS_REGION":                {"", "eu west 1", "EU-WEST-1", "eu-west-1.evil.com", "eu-west-1/"},
		"AWS_ACCESS_KEY_ID":         {""},
		"AWS_SECRET_ACCESS_KEY":     {""},
		"AWS_CREDENTIAL_EXPIRATION": {"tomorrow", "2026-08-18", "1787040000"},
	} {
		for _, value := range values {
			env := merge(environment(), variable, value)
			_, err := ParseConfig(func(name string) string { return env[name] })
			if err == nil {
				t.Errorf("%s=%q was taken", variable, value)
				continue
			}
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !strings.HasPrefix(line, variable+": ") {
					t.Errorf("%s=%q is complained of as %q", variable, value, line)
				}
			}
		}
	}
}

func TestParseConfigReportsAllAtOnce(t *testing.T) {
	t.Parallel()
	_, err := ParseConfig(func(string) string { return "" })
	if err == nil {
		t.Fatal("an empty environment was taken")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 10 {
		t.Errorf("%d lines for 10 missing variables:\n%v", len(lines), err)
	}
	_, err = ParseConfig(func(string) string { return "wJalrXUtnFEMI%" })
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if strings.HasPrefix(line, "AWS_SECRET") || strings.HasPrefix(line, "AWS_SESSION") {
			t.Errorf("a credential is repeated: %s", line)
		}
	}
}

func TestParseConfigAccepts(t *testing.T) {
	t.Parallel()
	for variable, values := range map[string][]string{
		"UPLOAD_BUCKET":             {"abc", "a.b-c.1", strings.Repeat("a", 63)},
		"KEY_PREFIX":                {"u/", "a/b-c/d_e.f/"},
		"URL_LIFETIME_SECONDS":      {"1", "3600"},
		"MAX_SIZE_BYTES":            {"1", "5368709121", "53687091200000"},
		"MULTIPART_THRESHOLD_BYTES": {"", "5242880", "5368709120"},
		"RESUMABLE_UPLOADS":         {"", "true", "false"},
		"TOKEN_USE":                 {"", "id", "access"},
		"REQUIRED_GROUP":            {"", "uploaders", "Köln/ops.team+1", strings.Repeat("😀", 128)},
		"METRICS_NAMESPACE":         {"", "Signpost/production", "a.b-c_d#e:f", strings.Repeat("a", 255)},
		"ALLOWED_TYPES":             {"image/*", "image/svg+xml", "text/html, application/xml"},
		"ALLOWED_ORIGINS":           {"http://localhost:8080", "http://127.0.0.1:8080", "https://xn--kln-sna.example", "https://a.example.com:8443"},
		"AWS_SESSION_TOKEN":         {""},
	} {
		for _, value := range values {
			env := merge(environment(), variable, value)
			if _, err := ParseConfig(func(name string) string { return env[name] }); err != nil {
				t.Errorf("%s=%q: %v", variable, value, err)
			}
		}
	}
}
