package s3

import (
	"testing"

	"github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"
)

// TestMissingObject: only who may list the bucket learns that an object isn't there.
func TestMissingObject(t *testing.T) {
	const notFound, denied = "<Error><Code>NoSuchKey</Code></Error>", "AccessDenied"
	reader, lister := NewCredentials(), NewCredentials()
	listers := listersOf([]User{
		{Credentials: reader, Allow: []Statement{{Effect: "Allow", Action: StringList{"s3:GetObject"}}}},
		{Credentials: lister, Allow: []Statement{{Effect: "Allow", Action: StringList{"s3:GetObject", "s3:ListBucket"}}}},
	})
	for name, c := range map[string]struct {
		method, key, body string
		status            int
		want              int
		code              string
	}{
		"ErrGET":         {"GET", reader.AccessKeyID, notFound, 404, 403, denied},
		"ErrHEAD":        {"HEAD", reader.AccessKeyID, "", 404, 403, ""},
		"ErrUnsigned":    {"GET", "", notFound, 404, 403, denied},
		"OKLister":       {"GET", lister.AccessKeyID, notFound, 404, 404, "NoSuchKey"},
		"OKNoSuchUpload": {"GET", reader.AccessKeyID, "<Error><Code>NoSuchUpload</Code></Error>", 404, 404, "NoSuchUpload"},
		"OKThere":        {"GET", reader.AccessKeyID, "hello", 200, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			app := fiber.New()
			defer app.Shutdown()
			request := &fasthttp.RequestCtx{}
			request.Request.Header.SetMethod(c.method)
			request.Request.SetRequestURI("/bucket/key?X-Amz-Credential=" + c.key + "%2F20260101%2Feu-west-1%2Fs3%2Faws4_request")
			ctx := app.AcquireCtx(request)
			defer app.ReleaseCtx(ctx)
			ctx.Status(c.status).SendString(c.body)
			hideMissing(ctx, listers)
			status := ctx.Response().StatusCode()
			if code := errorCode(ctx.Response().Body(), status); status != c.want || code != c.code {
				t.Errorf("got %d %s, want %d %s", status, code, c.want, c.code)
			}
		})
	}
}
