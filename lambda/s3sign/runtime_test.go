package s3sign

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

func lambdaEnvironment() map[string]string {
	c := testRuntime().Credentials
	return map[string]string{"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": c.AccessKeyID, "AWS_SECRET_ACCESS_KEY": c.SecretAccessKey, "AWS_SESSION_TOKEN": c.SessionToken}
}

func TestRuntimeFromEnvironment(t *testing.T) {
	t.Parallel()
	env := lambdaEnvironment()
	read := map[string]bool{}
	got, err := RuntimeFromEnvironment(func(name string) string { read[name] = true; return env[name] })
	want := testRuntime()
	want.Credentials.Source = "environment"
	if err != nil || got != want {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
	// Lambda sets these; any other name would be a setting that nobody can make.
	names := slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(env)), "AWS_CREDENTIAL_EXPIRATION")))
	if got := slices.Sorted(maps.Keys(read)); !slices.Equal(got, names) {
		t.Errorf("reads %v\nwant  %v", got, names)
	}
	env["AWS_CREDENTIAL_EXPIRATION"] = "2026-08-18T12:00:00+02:00"
	got, err = RuntimeFromEnvironment(func(name string) string { return env[name] })
	if err != nil || !got.Credentials.CanExpire || !got.Credentials.Expires.Equal(time.Date(2026, 8, 18, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("expires %v, %v", got.Credentials.Expires, err)
	}
}

func TestRuntimeRefusedNamesTheVariable(t *testing.T) {
	t.Parallel()
	for variable, values := range map[string][]string{
		"AWS_REGION":                {"", "eu west 1", "EU-WEST-1", "eu-west-1.evil.com", "eu-west-1/"},
		"AWS_ACCESS_KEY_ID":         {""},
		"AWS_SECRET_ACCESS_KEY":     {""},
		"AWS_CREDENTIAL_EXPIRATION": {"tomorrow", "2026-08-18", "1787040000"},
	} {
		for _, value := range values {
			env := lambdaEnvironment()
			env[variable] = value
			if _, err := RuntimeFromEnvironment(func(name string) string { return env[name] }); err == nil || !strings.HasPrefix(err.Error(), variable+": ") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s=%q: %v", variable, value, err)
			}
		}
	}
	_, err := RuntimeFromEnvironment(func(string) string { return "" })
	if got := strings.Count(err.Error(), "\n"); got != 2 {
		t.Errorf("not the 3 problems at once: %v", err)
	}
	_, err = RuntimeFromEnvironment(func(name string) string {
		return map[string]string{"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI"}[name]
	})
	if err == nil || strings.Contains(err.Error(), "AKIA") || strings.Contains(err.Error(), "wJalr") {
		t.Errorf("a credential is repeated: %v", err)
	}
	r := testRuntime()
	r.Endpoint = "127.0.0.1:7070"
	if _, err := New(testBucket, r); err == nil || !strings.Contains(err.Error(), "endpoint: ") {
		t.Errorf("an endpoint without a scheme: %v", err)
	}
}
