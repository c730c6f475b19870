package api

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"signpost/lambda/config"
	"signpost/lambda/s3sign"
	"signpost/lambda/s3sign/s3signtest"
)

const mib = int64(1) << 20

// inParts is a deployment that splits small files, so that tests get many parts.
func inParts(c *deployment) { c.MaxSize, c.MultipartThreshold = config.MaxObjectSize, 5*mib }

func resumable(c *deployment) { inParts(c); c.ResumableUploads = true }

func TestPlanAboveTheThresholdIsMultipart(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t, inParts)
	for name, c := range map[string]struct {
		size    int64
		change  fields
		memory  string
		headers map[string]string
	}{
		"Plain":           {100*mib + 1, nil, "-1qfgn5", nil},
		"Checksums":       {100*mib + 1, fields{"partChecksums": true}, "-1qfgn5-sha256", map[string]string{"x-amz-checksum-algorithm": "SHA256"}},
		"NoChecksums":     {5*mib + 1, fields{"partChecksums": false}, "-34dfl", nil},
		"Metadata":        {5*mib + 1, fields{"metadata": fields{"Album": "2026"}}, "-34dfl", map[string]string{"x-amz-meta-album": "2026"}},
		"OneByteTooLarge": {5*mib + 1, nil, "-34dfl", nil},
		"Largest":         {config.MaxObjectSize, nil, "-j13ibxvcw", nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := planned(t, h, postEvent(goodFields().alter(c.change).alter(fields{"size": c.size}).String()))
			u, err := url.Parse(a.URL)
			if err != nil {
				t.Fatal(err)
			}
			if a.Method != "POST" || !u.Query().Has("uploads") || u.Path != "/"+a.Key || u.Query().Has("uploadId") {
				t.Errorf("%s %s", a.Method, a.URL)
			}
			if want := "uploads/" + testSub + "/"; !strings.HasPrefix(a.Key, want) || a.Key[len(want)+26:] != c.memory+"/holiday-in-Koln.png" {
				t.Errorf("key %s, want it to carry %s", a.Key, c.memory)
			}
			want := map[string]string{"Content-Type": "image/png", "Content-Disposition": "attachment; filename*=UTF-8''holiday%20in%20K%C3%B6ln.png"}
			for name, value := range c.headers {
				want[name] = value
			}
			if len(a.Headers) != len(want) {
				t.Errorf("headers %v, want %v", a.Headers, want)
			}
			signed := s3signtest.SignedHeaders(a.URL)
			for name, value := range want {
				if a.Headers[name] != value || !slices.Contains(signed, strings.ToLower(name)) {
					t.Errorf("%s is %q, signed %v", name, a.Headers[name], signed)
				}
			}
			mustBeSigned(t, a.signedAnswer, 0)
			if m := s3sign.Split(c.size); a.Multipart == nil || a.Multipart.PartSize != m.Size || a.Multipart.PartCount != m.Count {
				t.Errorf("multipart %+v, want %+v", a.Multipart, m)
			}
			if a.ExpiresIn != 600 {
				t.Errorf("expires in %d", a.ExpiresIn)
			}
		})
	}
	for _, line := range j.lines(t) {
		if line["size"] == nil || line["key"] == nil {
			t.Errorf("logged as %v", line)
		}
	}
}

func TestPlanUpToTheThresholdIsOnePut(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, inParts)
	for name, e := range map[string]fields{
		"Threshold":    {"size": 5 * mib},
		"Checksum":     {"size": 5 * mib, "sha256": s3sign.EmptySHA256},
		"PartsIgnored": {"size": 5 * mib, "partChecksums": true},
	} {
		a := planned(t, h, postEvent(goodFields().alter(e).String()))
		if a.Method != "PUT" || a.Multipart != nil || a.Headers["If-None-Match"] != "*" || a.Headers["x-amz-checksum-algorithm"] != "" {
			t.Errorf("%s: %+v", name, a)
		}
		if id := strings.Split(a.Key, "/")[2]; len(id) != 26 {
			t.Errorf("%s: the key carries something: %s", name, a.Key)
		}
		mustBeSigned(t, a.signedAnswer, int(5*mib))
	}
}

// The simplest client can't send parts: it gets a single PutObject, up to S3's limit for one.
func TestSignDocumentIsNeverMultipart(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, inParts)
	a := planned(t, h, getEvent(map[string][]string{"key": {"a.png"}, "size": {"5368709120"}}))
	if a.Method != "PUT" || a.Multipart != nil || len(strings.Split(a.Key, "/")[2]) != 26 {
		t.Errorf("%+v", a)
	}
	mustBeSigned(t, a.signedAnswer, 5<<30)
	r := refused(t, h, getEvent(map[string][]string{"key": {"a.png"}, "size": {"5368709121"}}), 413, SizeTooLarge, "size")
	if !strings.Contains(r.Error.Message, "POST /uploads") {
		t.Errorf("message %q", r.Error.Message)
	}
}

func TestPlanUploadAnswers(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	e := postEvent(goodFields().alter(fields{"metadata": fields{"Album": "2026"}}).String())
	a := planned(t, h, e)
	if body := handle(t, h, e).Body; !strings.Contains(body, "&X-Amz-Date=") {
		t.Errorf("the URL is not readable in the answer: %s", body)
	}
	for name, want := range map[string]string{
		"Content-Type":        "image/png",
		"Content-Disposition": "attachment; filename*=UTF-8''holiday%20in%20K%C3%B6ln.png",
		"If-None-Match":       "*",
		"x-amz-meta-album":    "2026",
	} {
		if a.Headers[name] != want {
			t.Errorf("header %s is %q, want %q", name, a.Headers[name], want)
		}
	}
	u, err := url.Parse(a.URL)
	if err != nil {
		t.Fatal(err)
	}
	if u.Path != "/"+a.Key {
		t.Errorf("the URL's path is %s, the key %s", u.Path, a.Key)
	}
	prefix, rest := "uploads/"+testSub+"/", a.Key[min(len(a.Key), len("uploads/"+testSub+"/")):]
	id, name, _ := strings.Cut(rest, "/")
	if !strings.HasPrefix(a.Key, prefix) || len(id) != 26 || name != "holiday-in-Koln.png" {
		t.Errorf("key %s", a.Key)
	}
}

func TestSignDocumentAnswers(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	a := planned(t, h, getEvent(map[string][]string{"key": {"cat.PNG"}, "size": {"5"}}))
	if a.Headers["Content-Type"] != "image/png" || !strings.HasSuffix(a.Key, "/cat.PNG") || a.Headers["If-None-Match"] != "*" {
		t.Errorf("%+v", a)
	}
	single := getEvent(nil)
	single.QueryStringParameters = map[string]string{"key": "cat", "contentType": "text/plain"}
	if got := planned(t, h, single).Headers["Content-Type"]; got != "text/plain" {
		t.Errorf("contentType from the plain map is %q", got)
	}
}
