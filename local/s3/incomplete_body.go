package s3

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"

	"github.com/valyala/fasthttp"
	"github.com/versity/versitygw/s3api/middlewares"
	"github.com/versity/versitygw/s3err"
)

// checkedBody fails with S3's IncompleteBody if the body ends before its Content-Length. Otherwise
// a client that disconnects during a PUT would leave a truncated object (versity/versitygw#2414).
// The error has to be one of S3's, because the store takes io.ErrUnexpectedEOF for the end of the
// body.
type checkedBody struct {
	body io.Reader
	left int64
}

func (b *checkedBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	b.left -= int64(n)
	switch {
	case (err == io.EOF || err == io.ErrUnexpectedEOF) && b.left > 0:
		err = s3err.GetAPIError(s3err.ErrIncompleteBody)
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = errRequestTimeout
	}
	return n, err
}

// errRequestTimeout is S3's answer to a client that stops sending ("Error responses", Amazon S3 API
// Reference).
var errRequestTimeout = s3err.APIError{
	Code:           "RequestTimeout",
	Description:    "Your socket connection to the server was not read from or written to within the timeout period.",
	HTTPStatusCode: http.StatusBadRequest,
}

// checkLength returns the body of a PUT with a check of its length.
func checkLength(ctx context.Context, body io.Reader, length *int64) io.Reader {
	if request, ok := ctx.(*fasthttp.RequestCtx); !ok || !request.IsPut() {
		return body
	}
	if _, chunked := body.(middlewares.ChecksumReader); chunked || body == nil || length == nil {
		return body // a reader of aws-chunked bodies checks the length itself
	}
	return &checkedBody{body, *length}
}
