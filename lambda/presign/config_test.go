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
	// infra sets the first seven; a name read here and set nowhere would be a setting nobody can make.
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
		"MAX_SIZE_BYTES":            {"", "0", "-1", "5368709121", "5GB", "1e9", "9223372036854775808"},
		"ALLOWED_TYPES":             {"", ",", "image/*,", "image", "Image/PNG", "image/png;q=1", "*", "*/png", "image/**", "multipart/form-data", "image/p ng"},
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
		"UPLOAD_BUCKET":        {"abc", "a.b-c.1", strings.Repeat("a", 63)},
		"KEY_PREFIX":           {"u/", "a/b-c/d_e.f/"},
		"URL_LIFETIME_SECONDS": {"1", "3600"},
		"MAX_SIZE_BYTES":       {"1", "5368709120"},
		"ALLOWED_TYPES":        {"*/*", "image/*", "image/svg+xml", "text/html, application/xml"},
		"ALLOWED_ORIGINS":      {"http://localhost:8080", "http://127.0.0.1:8080", "https://xn--kln-sna.example", "https://a.example.com:8443"},
		"AWS_SESSION_TOKEN":    {""},
	} {
		for _, value := range values {
			env := merge(environment(), variable, value)
			if _, err := ParseConfig(func(name string) string { return env[name] }); err != nil {
				t.Errorf("%s=%q: %v", variable, value, err)
			}
		}
	}
}
