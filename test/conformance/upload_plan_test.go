package conformance_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// raw is JSON that is sent unchanged.
type raw = json.RawMessage

// ulid is the id in a key: 26 characters of Crockford's base 32, of which the first ones are the
// time.
const ulid = `[0-7][0-9A-HJKMNP-TV-Z]{25}`

var keyShape = regexp.MustCompile(`^uploads/([A-Za-z0-9-]+)/(` + ulid + `)/[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}$`)

// checkPlan checks a plan of ada's: where the file goes, which headers the caller sets, and that
// all of them are signed.
func checkPlan(t *testing.T, p plan) {
	t.Helper()
	if m := keyShape.FindStringSubmatch(p.Key); m == nil || m[1] != ada.sub {
		t.Errorf("the key %q is not uploads/%s/<id>/<name>", p.Key, ada.sub)
	}
	if p.Method != "PUT" {
		t.Errorf("the method is %s", p.Method)
	}
	u, err := url.Parse(p.URL)
	if err != nil {
		t.Fatalf("the URL does not parse")
	}
	if bare := p.URL[:strings.Index(p.URL, "?")]; bare != target.bucketURL()+"/"+p.Key {
		t.Errorf("the URL is of %s, not of %s in the bucket", bare, p.Key)
	}
	checkLifetime(t, p, u.Query())
	checkSigned(t, p, u.Query())
}

func checkLifetime(t *testing.T, p plan, query url.Values) {
	t.Helper()
	if p.ExpiresIn < 1 || p.ExpiresIn > 3600 || query.Get("X-Amz-Expires") != strconv.Itoa(p.ExpiresIn) {
		t.Errorf("expiresIn is %d, the URL's X-Amz-Expires %s", p.ExpiresIn, query.Get("X-Amz-Expires"))
	}
	signedAt, err := time.Parse("20060102T150405Z", query.Get("X-Amz-Date"))
	if err != nil {
		t.Fatal(err)
	}
	if end := signedAt.Add(time.Duration(p.ExpiresIn) * time.Second); !p.ExpiresAt.Equal(end) || p.ExpiresAt.Location() != time.UTC {
		t.Errorf("expiresAt is %s, the URL ends at %s", p.ExpiresAt, end)
	}
	if age := time.Since(signedAt); age < -time.Minute || age > time.Minute {
		t.Errorf("signed %s ago", age)
	}
}

// checkSigned checks that every header is signed, and that the query has the signature's own
// parameters only.
func checkSigned(t *testing.T, p plan, query url.Values) {
	t.Helper()
	checkSignedHeaders(t, p, query)
	if p.Headers["If-None-Match"] != "*" || p.Headers["Content-Type"] == "" || !strings.HasPrefix(p.Headers["Content-Disposition"], "attachment; filename*=UTF-8''") {
		t.Errorf("the headers are %q", p.Headers)
	}
	for name, value := range p.Headers {
		if strings.TrimSpace(value) != value || value == "" || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%s has a value that no client sends as it is: %q", name, value)
		}
	}
	parameters := slices.Sorted(maps.Keys(query))
	allowed := []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token", "X-Amz-Signature", "X-Amz-SignedHeaders"}
	if !slices.Equal(parameters, allowed) {
		t.Errorf("the query has %q, want %q", parameters, allowed)
	}
}

// checkSignedHeaders checks that the signature covers each header that the caller sets, and no
// other but the host and the length, which clients set by themselves.
func checkSignedHeaders(t *testing.T, p plan, query url.Values) {
	t.Helper()
	want := []string{"host"}
	for name := range p.Headers {
		want = append(want, strings.ToLower(name))
	}
	slices.Sort(want)
	signed := slices.DeleteFunc(strings.Split(query.Get("X-Amz-SignedHeaders"), ";"), func(name string) bool { return name == "content-length" })
	if !slices.Equal(signed, want) {
		t.Errorf("signed are %q, to be set are %q", signed, want)
	}
}

// signs tells whether the signature covers a header.
func (p plan) signs(t *testing.T, header string) bool {
	t.Helper()
	u, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal("the URL does not parse")
	}
	return slices.Contains(strings.Split(u.Query().Get("X-Amz-SignedHeaders"), ";"), header)
}

func TestPlan(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		p := planUpload(t, nil)
		checkPlan(t, p)
		if len(p.Headers) != 3 || !p.signs(t, "content-length") {
			t.Errorf("the headers are %q, content-length signed: %t", p.Headers, p.signs(t, "content-length"))
		}
		upload(t, p, "hello")
	})
	t.Run("OKEverything", func(t *testing.T) {
		t.Parallel()
		p := planUpload(t, fields{"sha256": helloSHA256, "metadata": fields{"Album": "Köln 2026", "n": "1"}})
		checkPlan(t, p)
		if len(p.Headers) != 6 || !p.signs(t, "content-length") {
			t.Errorf("the headers are %q", p.Headers)
		}
		upload(t, p, "hello")
		if mainRun == nil {
			return
		}
		o, err := objectAt(mainRun, p.Key)
		want := map[string]string{"album": p.Headers["x-amz-meta-album"], "n": "1"}
		if err != nil || !maps.Equal(o.metadata, want) {
			t.Errorf("stored with metadata %q, want %q (%v)", o.metadata, want, err)
		}
	})
	t.Run("OKEmptyFile", func(t *testing.T) {
		t.Parallel()
		p := planUpload(t, fields{"size": 0})
		checkPlan(t, p)
		if p.Headers["x-amz-checksum-sha256"] != emptySHA256 {
			t.Errorf("an empty file's URL must be signed for the checksum of nothing: %q", p.Headers)
		}
		upload(t, p, "")
	})
	t.Run("OKTwiceTheSame", func(t *testing.T) {
		t.Parallel()
		first, second := planUpload(t, nil), planUpload(t, nil)
		if first.Key == second.Key {
			t.Errorf("two uploads were planned for %s", first.Key)
		}
		if a, b := keyShape.FindStringSubmatch(first.Key), keyShape.FindStringSubmatch(second.Key); a[2][:10] > b[2][:10] {
			t.Errorf("ids do not sort by time: %s, then %s", a[2], b[2])
		}
		upload(t, first, "hello")
		upload(t, second, "HELLO")
	})
}
