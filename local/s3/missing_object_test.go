package s3

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Somebody who may not list the bucket, or not the object's folder, doesn't learn whether an object
// exists, existed, or never did.
func TestMissingObject(t *testing.T) {
	const bobs, alices = "uploads/bob/missing", "uploads/alice/missing"
	for _, key := range []string{bobs, alices} {
		f := file{server.URL, key + "/deleted"}
		f.do(t, http.MethodPut, "", "x")
		f.do(t, http.MethodDelete, "", "")
	}
	for name, c := range map[string]struct {
		key     string
		creds   aws.Credentials
		mayList bool
	}{
		"ErrReader":        {bobs, reader, false},
		"ErrLister":        {bobs, lister, true},
		"ErrFolderLister":  {alices, folderLister, true},
		"ErrOtherFolder":   {bobs, folderLister, false},
		"ErrNoPermissions": {bobs, deleter, false},
	} {
		for what, request := range map[string]struct {
			method, key string
			query       url.Values
			status      int
			code        string
			isMarker    bool
		}{
			"Get":         {http.MethodGet, "", nil, 404, "NoSuchKey", false},
			"Head":        {http.MethodHead, "", nil, 404, "", false},
			"Tags":        {http.MethodGet, "", url.Values{"tagging": {""}}, 404, "NoSuchKey", false},
			"GetDeleted":  {http.MethodGet, "/deleted", nil, 404, "NoSuchKey", true},
			"HeadDeleted": {http.MethodHead, "/deleted", nil, 404, "", true},
			"TagsDeleted": {http.MethodGet, "/deleted", url.Values{"tagging": {""}}, 405, "MethodNotAllowed", true},
		} {
			t.Run(name+what, func(t *testing.T) {
				if !c.mayList {
					request.status, request.isMarker = 403, false
					if request.code != "" {
						request.code = "AccessDenied"
					}
				}
				a := signed{method: request.method, key: c.key + request.key, query: request.query, creds: c.creds}.ask(t, nil)
				wantAnswer(t, a.status, a.code(), request.status, request.code)
				if got := a.header.Get("x-amz-delete-marker") == "true"; got != request.isMarker {
					t.Errorf("x-amz-delete-marker: %v, want %v", got, request.isMarker)
				}
			})
		}
	}
}
