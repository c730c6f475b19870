package conformance_test

import (
	"encoding/json"
	"net/url"
	"path"
	"strings"
	"testing"
)

// withDownloads skips a test of downloads where the deployment has none. The local run has them.
func withDownloads(t *testing.T) {
	t.Helper()
	if hasRoute(t, "downloads") {
		return
	}
	if mainRun != nil {
		t.Fatal("the local run has no route POST /downloads")
	}
	t.Skip("NOT RUN against the stack of -outputs: it lets nobody read")
}

// downloads sends POST /downloads.
func downloads(t *testing.T, body fields, edits ...edit) answer {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return post(t, "downloads", string(raw), edits...)
}

// checkDownload reads an answer to POST /downloads: it must let the caller read this object, with
// these query parameters.
func checkDownload(t *testing.T, a answer, key string, operation url.Values) plan {
	t.Helper()
	p := planned(t, a, 200)
	p.Key = key // the answer need not repeat it
	checkOperation(t, p, "GET", operation)
	if len(p.Headers) != 0 {
		t.Errorf("to be set are %q; a link in a page sets none", p.Headers)
	}
	return p
}

// overrides are the headers that S3 must answer every download with, whatever an uploader added.
func overrides() url.Values {
	return url.Values{
		"response-cache-control": {"private, no-store"}, "response-content-encoding": {"identity"},
		"response-content-language": {"und"}, "response-expires": {"Thu, 01 Jan 1970 00:00:00 GMT"},
	}
}

func inline(disposition, contentType string) url.Values {
	operation := overrides()
	operation.Set("response-content-disposition", disposition)
	operation.Set("response-content-type", contentType)
	return operation
}

func TestDownload(t *testing.T) {
	t.Parallel()
	withDownloads(t)
	for name, c := range map[string]struct{ filename, disposition, contentType string }{
		"OKAttachment": {"holiday in Köln.png", "attachment", "image/png"},
		"OKInline":     {"cat.png", "inline", "image/png"},
		"OKInlineText": {"notes.txt", "inline", "text/plain; charset=utf-8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stored := planUpload(t, fields{"filename": c.filename})
			upload(t, stored, "hello")
			body := fields{"key": stored.Key, "disposition": c.disposition}
			operation, disposition := overrides(), stored.Headers["Content-Disposition"]
			if c.disposition == "inline" {
				disposition = "inline; filename*=UTF-8''" + path.Base(stored.Key)
				operation = inline(disposition, c.contentType)
			}
			a := s3(t, checkDownload(t, downloads(t, body), stored.Key, operation).request(t, ""))
			if a.status != 200 || string(a.body) != "hello" {
				t.Errorf("S3 answered %d %s: %.200q", a.status, s3Code(a), a.body)
			}
			checkHeader(t, a, "Content-Type", c.contentType)
			checkHeader(t, a, "Content-Disposition", disposition)
			checkHeader(t, a, "Cache-Control", "private, no-store")
			checkHeader(t, a, "Content-Encoding", "identity")
			checkHeader(t, a, "Content-Language", "und")
			checkHeader(t, a, "Access-Control-Allow-Origin", target.origin())
			checkStored(t, stored, "hello")
		})
	}
}

// TestDownloadOfNothing: any well-formed key of the caller's own is signed, whether or not there is
// an object.
func TestDownloadOfNothing(t *testing.T) {
	t.Parallel()
	withDownloads(t)
	for name, key := range map[string]string{
		"ErrNotYetUploaded": planUpload(t, nil).Key,
		"ErrNeverPlanned":   "uploads/" + ada.sub + "/01ARZ3NDEKTSV4RRFFQ69G5FAV/cat.png",
		"ErrInParts":        "uploads/" + ada.sub + "/01ARZ3NDEKTSV4RRFFQ69G5FAV-1xx5ol-sha256/cat.png",
	} {
		t.Run(name, func(t *testing.T) {
			a := s3(t, checkDownload(t, downloads(t, fields{"key": key}), key, overrides()).request(t, ""))
			// A caller who may not list the bucket does not learn whether there is an object
			// ("GetObject", Amazon S3 API Reference).
			checkRefusal(t, a, forgery{code: "AccessDenied"})
			checkHeader(t, a, "Access-Control-Allow-Origin", target.origin())
		})
	}
}

func TestDownloadRefusals(t *testing.T) {
	t.Parallel()
	withDownloads(t)
	own := planUpload(t, nil).Key
	named := func(name string) fields {
		return fields{"key": strings.Replace(own, "cat.png", name, 1), "disposition": "inline"}
	}
	key := func(key any) fields { return fields{"key": key} }
	const invalid = "InvalidRequest"
	cases := map[string]struct {
		body        fields
		code, field string
	}{
		"ErrOtherUser":       {key(planned(t, uploads(t, nil, asUser(grace)), 201).Key), "Forbidden", "key"},
		"ErrTraversal":       {key("uploads/" + ada.sub + "/../" + grace.sub + "/01ARZ3NDEKTSV4RRFFQ69G5FAV/cat.png"), "InvalidKey", "key"},
		"ErrEscaped":         {key(strings.ReplaceAll(own, "/", "%2F")), "InvalidKey", "key"},
		"ErrDispositionName": {fields{"key": own, "disposition": "attachment; filename=x"}, invalid, "disposition"},
		"ErrInlineSVG":       {named("cat.svg"), invalid, "disposition"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, downloads(t, c.body), c.code, c.field)
		})
	}
}

// TestDownloadPassesOnNothingAdded: SigV4 lets the holder of an upload's URL add headers that are
// not signed, and S3 stores them. No download returns them.
func TestDownloadPassesOnNothingAdded(t *testing.T) {
	t.Parallel()
	withDownloads(t)
	added := map[string]string{"Cache-Control": "public, max-age=31536000", "Content-Encoding": "gzip", "Content-Language": "tlh", "Expires": "Fri, 01 Jan 2100 00:00:00 GMT"}
	stored := planUpload(t, nil)
	var edits []edit
	for name, value := range added {
		edits = append(edits, setHeader(name, value))
	}
	if a := s3(t, stored.request(t, "hello", edits...)); a.status != 200 {
		t.Fatalf("S3 answered %d %s", a.status, s3Code(a))
	}
	accepted.Store(stored.Key, true)
	a := s3(t, checkDownload(t, downloads(t, fields{"key": stored.Key}), stored.Key, overrides()).request(t, ""))
	if a.status != 200 {
		t.Fatalf("S3 answered %d %s", a.status, s3Code(a))
	}
	for name, value := range added {
		if got := a.header.Get(name); got == value || got == "" {
			t.Errorf("%s is %q", name, got)
		}
	}
}
