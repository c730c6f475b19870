package s3

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/valyala/fasthttp"

	"signpost/internal/iam"
)

// A listing has the condition keys of the parameters that it has, and no other request has them.
func TestListingConditionKeys(t *testing.T) {
	for uri, want := range map[string]iam.Context{
		"/b?list-type=2&prefix=a%2Fb+c%2F&delimiter=%2F&max-keys=10": {"s3:prefix": {"a/b c/"}, "s3:delimiter": {"/"}, "s3:max-keys": {"10"}},
		"/b?list-type=2&prefix=":                                     {"s3:prefix": {""}},
		"/b/?list-type=2":                                            {},
		"/b?list-type=2&max-keys=x":                                  {},
		"/b/key?prefix=a":                                            {},
	} {
		var r fasthttp.RequestCtx
		r.Request.SetRequestURI(uri)
		got := iam.Context{}
		for name, values := range conditionKeys(&r, time.Now()) {
			if name == "s3:prefix" || name == "s3:delimiter" || name == "s3:max-keys" {
				got[name] = values
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", uri, diff)
		}
	}
}
