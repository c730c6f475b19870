package s3

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Somebody who may not list the bucket doesn't learn whether an object exists.
func TestMissingObject(t *testing.T) {
	const key = "uploads/missing"
	for name, c := range map[string]struct {
		creds  aws.Credentials
		status int
		code   string
	}{
		"ErrReader": {reader, 403, "AccessDenied"},
		"ErrLister": {lister, 404, "NoSuchKey"},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			t.Run(name+method, func(t *testing.T) {
				status, code := signed{method: method, key: key, creds: c.creds}.send(t, nil)
				if method == http.MethodHead {
					code = c.code // it has no body
				}
				wantAnswer(t, status, code, c.status, c.code)
			})
		}
	}
}
