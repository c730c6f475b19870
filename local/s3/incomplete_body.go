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
	"github.com/versity/versitygw/s3response"
)

// exactBody turns a body that ends before its Content-Length into S3's IncompleteBody. Without it a client that
// disconnects in the middle of a PUT leaves a truncated object (versitygw issue 2414). It must be an S3 error:
// the store takes io.ErrUnexpectedEOF for the end of the body.
type exactBody struct {
	body io.Reader
	left int64
}

func (e *exactBody) Read(p []byte) (int, error) {
	n, err := e.body.Read(p)
	e.left -= int64(n)
	switch {
	case (err == io.EOF || err == io.ErrUnexpectedEOF) && e.left > 0:
		err = s3err.GetAPIError(s3err.ErrIncompleteBody)
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = errRequestTimeout
	}
	return n, err
}

// errRequestTimeout is S3's answer to a client that stops sending ("Error responses", Amazon S3 API Reference).
var errRequestTimeout = s3err.APIError{
	Code:           "RequestTimeout",
	Description:    "Your socket connection to the server was not read from or written to within the timeout period.",
	HTTPStatusCode: http.StatusBadRequest,
}

func exact(ctx context.Context, body io.Reader, length *int64) io.Reader {
	if request, ok := ctx.(*fasthttp.RequestCtx); !ok || !request.IsPut() {
		return body
	}
	if _, chunked := body.(middlewares.ChecksumReader); chunked || body == nil || length == nil {
		return body // aws-chunked readers check the length themselves
	}
	return &exactBody{body, *length}
}

func (b *guardedBackend) PutObject(ctx context.Context, in s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	in.Body = exact(ctx, in.Body, in.ContentLength)
	return b.Backend.PutObject(ctx, in)
}
