package s3

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func putTags(t *testing.T, key, versionID string, creds aws.Credentials, tags ...string) answer {
	t.Helper()
	var body string
	for i := 0; i < len(tags); i += 2 {
		body += fmt.Sprintf("<Tag><Key>%s</Key><Value>%s</Value></Tag>", tags[i], tags[i+1])
	}
	query := url.Values{"tagging": {""}}
	if versionID != "" {
		query.Set("versionId", versionID)
	}
	return signed{key: key, query: query, creds: creds}.ask(t, []byte("<Tagging><TagSet>"+body+"</TagSet></Tagging>"))
}

// The policy of the test's bucket refuses reads of uploads/scanned/ unless the tag ScanStatus is
// CLEAN, and lets only the scanner set that tag, in any case.
func TestReadsNeedTag(t *testing.T) {
	for name, c := range map[string]struct {
		tags []string
		want int
	}{
		"OK":           {[]string{"ScanStatus", "CLEAN"}, 200},
		"OKMore":       {[]string{"team", "x", "ScanStatus", "CLEAN"}, 200},
		"OKKeyCase":    {[]string{"scanSTATUS", "CLEAN"}, 200}, // the names of condition keys have no case
		"ErrNone":      {nil, 403},
		"ErrOtherTag":  {[]string{"State", "CLEAN"}, 403},
		"ErrInfected":  {[]string{"ScanStatus", "INFECTED"}, 403},
		"ErrEmpty":     {[]string{"ScanStatus", ""}, 403},
		"ErrValueCase": {[]string{"ScanStatus", "Clean"}, 403}, // values have one
	} {
		t.Run(name, func(t *testing.T) {
			key := "uploads/scanned/" + name
			version := file{server.URL, key}.do(t, http.MethodPut, "", "x")
			if a := putTags(t, key, "", scanner, c.tags...); a.status != 200 {
				t.Fatalf("answered %d %s", a.status, a.body)
			}
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				if a := (signed{method: method, key: key, creds: reader}).ask(t, nil); a.status != c.want {
					t.Errorf("%s: answered %d %s, want %d", method, a.status, a.body, c.want)
				}
			}
			if a := (signed{method: http.MethodGet, key: key, creds: scanner}).ask(t, nil); a.status != 200 {
				t.Errorf("the scanner: answered %d %s", a.status, a.body)
			}
			// An older version has its own tags.
			file{server.URL, key}.do(t, http.MethodPut, "", "y")
			if a := (signed{method: http.MethodGet, key: key, creds: reader}).ask(t, nil); a.status != 403 {
				t.Errorf("the next version: answered %d", a.status)
			}
			old := signed{method: http.MethodGet, key: key, creds: operator, query: url.Values{"versionId": {version}}}
			if a := old.ask(t, nil); a.status != c.want {
				t.Errorf("the old version: answered %d %s, want %d", a.status, a.body, c.want)
			}
		})
	}
}

func TestOnlyScannerSetsTag(t *testing.T) {
	const key = "uploads/scanned/tagged"
	version := file{server.URL, key}.do(t, http.MethodPut, "", "x")
	for name, c := range map[string]struct {
		creds aws.Credentials
		tags  []string
		want  int
	}{
		"OK":           {scanner, []string{"ScanStatus", "CLEAN"}, 200},
		"OKOtherTag":   {operator, []string{"team", "x"}, 200},
		"ErrOperator":  {operator, []string{"ScanStatus", "CLEAN"}, 403},
		"ErrOneOfTwo":  {operator, []string{"team", "x", "ScanStatus", "CLEAN"}, 403},
		"ErrCase":      {operator, []string{"SCANSTATUS", "CLEAN"}, 403},
		"ErrNoActions": {reader, []string{"team", "x"}, 403},
	} {
		for _, id := range []string{"", version} {
			if a := putTags(t, key, id, c.creds, c.tags...); a.status != c.want {
				t.Errorf("%s, version %q: answered %d %s, want %d", name, id, a.status, a.body, c.want)
			}
		}
	}
	for _, header := range []string{"ScanStatus=CLEAN", "team=x&scanstatus=CLEAN"} {
		s := signed{key: key + "/new", creds: operator, header: map[string]string{"X-Amz-Tagging": header}}
		if a := s.ask(t, []byte("x")); a.status != 403 {
			t.Errorf("an upload with the tags %s: answered %d", header, a.status)
		}
	}
}

// The version that takes the place of another has none of its tags, wherever metadata is stored.
func TestVersionsHaveTheirOwnTags(t *testing.T) {
	for name, noAttributes := range modes {
		t.Run(name, func(t *testing.T) {
			c := served{Dir: t.TempDir(), Port: freePort(t), Uploader: uploader, NoAttributes: noAttributes}
			f := file{serveProcess(t, c).base, "uploads/overwritten"}
			wantTags := func(count string) {
				t.Helper()
				if got := f.send(t, http.MethodGet, "", nil, "").header.Get("x-amz-tagging-count"); got != count {
					t.Errorf("the current version has %q tags, want %q", got, count)
				}
			}
			put := func(tags string) (id string) {
				t.Helper()
				a := f.send(t, http.MethodPut, "", map[string]string{"X-Amz-Tagging": tags}, "x")
				if a.status != 200 {
					t.Fatalf("answered %d %s", a.status, a.body)
				}
				return a.header.Get("x-amz-version-id")
			}
			put("team=x")
			f.do(t, http.MethodPut, "", "y")
			wantTags("")
			third := put("team=x&stage=z")
			wantTags("2")
			f.do(t, http.MethodDelete, third, "")
			wantTags("")
		})
	}
}
