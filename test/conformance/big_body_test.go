package conformance_test

import (
	"io"
	"net/http"
	"strconv"
	"testing"
)

// bigSize is more than POST /uploads plans in one piece.
const bigSize = 100 << 20

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// bigBody sends this many zeros, without holding them.
func bigBody(size int64) edit {
	return func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(io.LimitReader(zeros{}, size)), size }
}

func TestBigUpload(t *testing.T) {
	t.Parallel()
	p := planned(t, documents(t, "key=cat.png&size="+strconv.Itoa(bigSize)), 200)
	a := s3(t, p.request(t, "", bigBody(bigSize)))
	if a.status != 200 {
		t.Fatalf("S3 answered %d %s", a.status, s3Code(a))
	}
	accepted.Store(p.Key, true)
	if mainRun == nil {
		return
	}
	if o, err := objectAt(mainRun, p.Key); err != nil || o.size != bigSize {
		t.Errorf("stored %d bytes: %v", o.size, err)
	}
}

// TestBigRefusal: a client that is still sending must be able to read why it was refused. A
// connection that S3 resets shows in a browser as a network error that nobody can explain.
func TestBigRefusal(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]forgery{
		"ErrType":   {change: setHeader("Content-Type", "text/html")},
		"ErrNotYet": {change: setQuery("X-Amz-Date", "20990101T000000Z"), code: "AccessDenied", onAWS: "AuthorizationQueryParametersError"},
	} {
		t.Run(name, func(t *testing.T) {
			p := planned(t, documents(t, "key=cat.png&size="+strconv.Itoa(bigSize)), 200)
			checkRefusal(t, s3(t, p.request(t, "", bigBody(bigSize), f.change)), f)
			checkNothingThere(t, p)
		})
	}
	t.Run("ErrSecond", func(t *testing.T) { // refused by what is there, after the signature was found good
		p := planned(t, documents(t, "key=cat.png"), 200)
		upload(t, p, "hello")
		checkRefusal(t, s3(t, p.request(t, "", bigBody(bigSize))), forgery{status: 412, code: "PreconditionFailed"})
		checkStored(t, p, "hello")
	})
}
