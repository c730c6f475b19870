package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"signpost/lambda/s3sign"
)

// batchAnswer is an answer as a client reads it: each file is a plan or an error.
type batchAnswer struct {
	Files []json.RawMessage `json:"files"`
	expiryAnswer
}

func batchEvent(files ...any) events.APIGatewayProxyRequest {
	return rawBatchEvent(fields{"files": files}.String())
}

func rawBatchEvent(body string) events.APIGatewayProxyRequest {
	e := event("POST", "/uploads/batch")
	e.Body = body
	return e
}

// plannedFile reads a file of an answer, and fails the test unless it is a plan.
func plannedFile(t testing.TB, file json.RawMessage) (a plannedAnswer) {
	t.Helper()
	decodeStrict(t, string(file), &a)
	return a
}

// refusedFile reads a file of an answer, and fails the test unless it is an error.
func refusedFile(t testing.TB, file json.RawMessage) (r refusal) {
	t.Helper()
	decodeStrict(t, string(file), &r)
	if r.Error.Code == "" || r.Error.Message == "" || r.Error.RequestID == "" {
		t.Errorf("the refusal lacks its code, message or request id: %s", file)
	}
	return r
}

func numberedFiles(n int) []any {
	files := make([]any, n)
	for i := range files {
		files[i] = goodFields().alter(fields{"filename": fmt.Sprintf("%03d.png", i), "size": i})
	}
	return files
}

func TestBatchIsAnsweredInOrder(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	var a batchAnswer
	answered(t, h, batchEvent(numberedFiles(100)...), 200, &a)
	if len(a.Files) != 100 || a.ExpiresIn != 600 || a.ExpiresAt != "2026-08-18T10:10:00Z" {
		t.Fatalf("%d files, %+v", len(a.Files), a.expiryAnswer)
	}
	keys := map[string]bool{}
	for i, file := range a.Files {
		p := plannedFile(t, file)
		if !strings.HasSuffix(p.Key, fmt.Sprintf("/%03d.png", i)) || p.expiryAnswer != a.expiryAnswer {
			t.Errorf("file %d is %s", i, file)
		}
		mustBeSigned(t, p.signedAnswer, i)
		keys[p.Key] = true
	}
	if len(keys) != 100 {
		t.Errorf("100 files have %d keys", len(keys))
	}
}

// Each file is refused for itself, as POST /uploads would refuse it, and no other is.
func TestBatchRefusesFilesOneByOne(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, inParts, func(d *deployment) { d.Credentials.SessionToken = strings.Repeat("/", 700) })
	long := fields{} // too long for S3's headers, together with a long filename
	for i := range 10 {
		long[fmt.Sprint(i, strings.Repeat("n", 120))] = strings.Repeat("v", 70)
	}
	for name, c := range map[string]struct {
		file  any
		code  Code
		field string
	}{
		"NoFilename":   {goodFields().alter(fields{"filename": nil}), InvalidRequest, "filename"},
		"NegativeSize": {goodFields().alter(fields{"size": -1}), InvalidRequest, "size"},
		"TooLarge":     {goodFields().alter(fields{"size": int64(1) << 60}), SizeTooLarge, "size"},
		"WrongType":    {goodFields().alter(fields{"contentType": "text/html"}), TypeNotAllowed, "contentType"},
		"WrongSHA256":  {goodFields().alter(fields{"sha256": "x"}), InvalidRequest, "sha256"},
		"Unknown":      {goodFields().alter(fields{"kind": "avatar"}), InvalidRequest, "kind"},
		"Twice":        {json.RawMessage(strings.Replace(goodFields().String(), "{", `{"size":1,`, 1)), InvalidRequest, "size"},
		"LongHeaders":  {goodFields().alter(fields{"filename": strings.Repeat("😀", 255), "metadata": long}), InvalidRequest, "metadata"},
		"Empty":        {fields{}, InvalidRequest, "filename"},
		"Null":         {null, InvalidRequest, ""},
		"String":       {"cat.png", InvalidRequest, ""},
		"Number":       {1, InvalidRequest, ""},
		"Array":        {[]any{goodFields()}, InvalidRequest, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var a batchAnswer
			answered(t, h, batchEvent(goodFields(), c.file, goodFields()), 200, &a)
			if len(a.Files) != 3 {
				t.Fatalf("%d files", len(a.Files))
			}
			r := refusedFile(t, a.Files[1])
			if r.Error.Code != string(c.code) || r.Error.Field != c.field || strings.Contains(r.Error.Message, "files[") {
				t.Errorf("refused as %s", a.Files[1])
			}
			mustBeSigned(t, plannedFile(t, a.Files[0]).signedAnswer, 12345)
			mustBeSigned(t, plannedFile(t, a.Files[2]).signedAnswer, 12345)
		})
	}
}

func TestBatchOfOnlyWrongFilesIsAnswered(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t)
	var a batchAnswer
	answered(t, h, batchEvent(goodFields().alter(fields{"size": -1}), goodFields().alter(fields{"contentType": "text/html"}), fields{}), 200, &a)
	for i, want := range []Code{InvalidRequest, TypeNotAllowed, InvalidRequest} {
		if r := refusedFile(t, a.Files[i]); r.Error.Code != string(want) {
			t.Errorf("file %d: %s", i, a.Files[i])
		}
	}
	if r := refusedFile(t, a.Files[2]); len(r.Error.Problems) != 3 {
		t.Errorf("an empty file has the problems %+v", r.Error.Problems)
	}
	if r := refusedFile(t, a.Files[1]); !slices.Equal(r.Error.Allowed, testDeployment().AllowedTypes) {
		t.Errorf("allowed are %v", r.Error.Allowed)
	}
	want := map[string]float64{"Latency": 0, "UploadsPlanned": 0, "BytesPlanned": 0, "BytesSigned": 0}
	if got := metricsOf(t, j.lines(t)[0]); !maps.Equal(got, want) {
		t.Errorf("metrics %v, want %v", got, want)
	}
}

func TestBatchRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	one := `{"files":[` + goodFields().String()
	for name, c := range map[string]struct {
		body   string
		status int
		code   Code
		field  string
		says   string
	}{
		"NoFiles":        {`{"files":[]}`, 400, InvalidRequest, "files", "is empty"},
		"TooMany":        {batchEvent(numberedFiles(101)...).Body, 400, InvalidRequest, "files", "has 101 entries; at most 100"},
		"Missing":        {`{}`, 400, InvalidRequest, "files", "required"},
		"Null":           {`{"files":null}`, 400, InvalidRequest, "files", "must be an array, not null"},
		"Object":         {`{"files":{}}`, 400, InvalidRequest, "files", "must be an array, not an object"},
		"OneFile":        {goodFields().String(), 400, InvalidRequest, "files", "required"},
		"Unknown":        {one + `],"kind":"avatar"}`, 400, InvalidRequest, "kind", "no field"},
		"Twice":          {one + `],"files":[]}`, 400, InvalidRequest, "files", "given twice"},
		"List":           {"[" + goodFields().String() + "]", 400, InvalidJSON, "", "must be a JSON object"},
		"Unfinished":     {one, 400, InvalidJSON, "", "ends too early"},
		"HalfSurrogate":  {one + `,{"filename":"\ud83d"}]}`, 400, InvalidJSON, "", "surrogate"},
		"OverSixtyFourK": {one + "]}" + strings.Repeat(" ", 64<<10), 413, BodyTooLarge, "", "65536"},
	} {
		r := refused(t, h, rawBatchEvent(c.body), c.status, c.code, c.field)
		if !strings.Contains(r.Error.Message, c.says) {
			t.Errorf("%s: message %q doesn't say %q", name, r.Error.Message, c.says)
		}
	}
	anonymous := batchEvent(goodFields())
	anonymous.RequestContext.Authorizer = nil
	refused(t, h, anonymous, 401, Unauthorized, "Authorization")
	form := batchEvent(goodFields())
	form.Headers["Content-Type"] = "text/plain"
	refused(t, h, form, 415, TypeNotAllowed, "Content-Type")
}

// A fault of the function is an error of the request, not of a file: every URL would be useless.
func TestBatchFailsAsAWhole(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, func(d *deployment) {
		d.Credentials.CanExpire, d.Credentials.Expires = true, testNow.Add(-time.Hour)
	})
	refused(t, h, batchEvent(goodFields(), fields{}), 500, Internal, "")
}

// A hundred files of about 600 bytes fit into the body, and the answer to the worst of bodies fits
// into what Lambda may answer with (6 MB).
func TestBatchFits(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, func(d *deployment) {
		d.AllowedTypes = nil
		for i := range 60 {
			d.AllowedTypes = append(d.AllowedTypes, fmt.Sprintf("image/x-%02d-%s", i, strings.Repeat("x", 20)))
		}
	})
	files := make([]any, 100)
	for i := range files {
		f := fields{"filename": "", "contentType": "text/html", "size": -1}
		for n := range 33 {
			f[strings.Repeat("x", 10)+fmt.Sprint(n)] = 1
		}
		files[i] = f
	}
	body := batchEvent(files...)
	if len(body.Body) < 55<<10 || len(body.Body) > maxBody {
		t.Fatalf("the body has %d bytes", len(body.Body))
	}
	if resp := handle(t, h, body); resp.StatusCode != 200 || len(resp.Body) > 3_000_000 {
		t.Errorf("status %d, %d bytes", resp.StatusCode, len(resp.Body))
	}
	h, _ = newTestHandler(t)
	for i := range files {
		files[i] = goodFields().alter(fields{"filename": strings.Repeat("a", 200), "sha256": s3sign.EmptySHA256, "size": 0, "metadata": fields{"caption": strings.Repeat("b", 280)}})
	}
	body = batchEvent(files...)
	if average := len(body.Body) / 100; average < 590 || average > 655 {
		t.Fatalf("%d bytes a file", average)
	}
	var a batchAnswer
	answered(t, h, body, 200, &a)
	for _, file := range a.Files {
		plannedFile(t, file)
	}
}

// The line counts files and bytes, and the metrics add up. No name, key or URL is in it.
func TestBatchLogLine(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t, inParts)
	var a batchAnswer
	answered(t, h, batchEvent(
		goodFields().alter(fields{"filename": "secretname.png", "size": 1000}), goodFields().alter(fields{"size": -1}),
		goodFields().alter(fields{"size": 40 * mib}), goodFields().alter(fields{"contentType": "text/html"}), fields{},
	), 200, &a)
	lines := j.lines(t)
	if len(lines) != 1 {
		t.Fatalf("%d lines", len(lines))
	}
	want := map[string]any{
		"route": "POST /uploads/batch", "status": 200.0, "files": 5.0, "planned": 2.0, "refused": map[string]any{"InvalidRequest": 2.0, "TypeNotAllowed": 1.0},
		"size": float64(1000 + 40*mib), "bytesSigned": 1000.0, "key": nil, "code": nil, "lengthSigned": nil,
	}
	for name, v := range want {
		if !cmp.Equal(lines[0][name], v) {
			t.Errorf("%s is %v, want %v", name, lines[0][name], v)
		}
	}
	metrics := map[string]float64{"Latency": 0, "UploadsPlanned": 2, "BytesPlanned": float64(1000 + 40*mib), "BytesSigned": 1000}
	if got := metricsOf(t, lines[0]); !maps.Equal(got, metrics) {
		t.Errorf("metrics %v, want %v", got, metrics)
	}
	_, signature, _ := strings.Cut(plannedFile(t, a.Files[0]).URL, "X-Amz-Signature=")
	for _, secret := range []string{"X-Amz-", "https://", "secretname", "uploads/0", signature[:16], testSession[:12]} {
		if strings.Contains(j.String(), secret) {
			t.Errorf("the log holds %q: %s", secret, j)
		}
	}
}
