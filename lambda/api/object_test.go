package api

import (
	"fmt"
	"strings"
	"testing"
)

// Typed clients send null for a field that is not set.
func TestNullIsLeftOut(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, resumable)
	plain := planned(t, h, postEvent(goodFields().String()))
	nulls := planned(t, h, postEvent(goodFields().alter(fields{"sha256": null, "metadata": null, "partChecksums": null}).String()))
	if len(nulls.Headers) != len(plain.Headers) || nulls.Multipart != nil {
		t.Errorf("with nulls %+v, without %+v", nulls, plain)
	}
	var a partsAnswer
	answered(t, h, partsEvent(`{"key":"`+partsKey(6<<20, false)+`","uploadId":"x","listAfter":null,"parts":[{"partNumber":1,"sha256":null}]}`), 200, &a)
	if len(a.Parts) != 1 || len(a.Parts[0].Headers) != 0 {
		t.Errorf("%+v", a)
	}
	for _, name := range []string{"filename", "contentType", "size"} {
		r := refused(t, h, postEvent(goodFields().alter(fields{name: null}).String()), 400, InvalidRequest, name)
		if !strings.Contains(r.Error.Message, "not null") {
			t.Errorf("message %q", r.Error.Message)
		}
	}
	refused(t, h, partsEvent(partsFor(partsKey(6<<20, true)).alter(fields{"parts": []fields{{"partNumber": 1, "sha256": null}}}).String()), 400, InvalidPart, "parts")
	refused(t, h, postEvent(`{"filename":"a","contentType":"image/png","size":1,"sha256":null,"sha256":null}`), 400, InvalidRequest, "sha256")
}

func TestEveryProblemIsListedInOrder(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	body := `{"zeta":1,"metadata":{"a":1,"b c":"x"},"sha256":"x","size":-1,"contentType":"text/html","alpha":1}`
	r := refused(t, h, postEvent(body), 400, InvalidRequest, "filename")
	var got []string
	for _, p := range r.Error.Problems {
		if p.Message == "" {
			t.Errorf("a problem without a message: %+v", p)
		}
		got = append(got, p.Code+" "+p.Field)
	}
	want := "InvalidRequest filename,TypeNotAllowed contentType,InvalidRequest size,InvalidRequest sha256,InvalidRequest metadata,InvalidRequest metadata,InvalidRequest zeta,InvalidRequest alpha"
	if strings.Join(got, ",") != want {
		t.Errorf("problems\n got %s\nwant %s", strings.Join(got, ","), want)
	}
	if one := refused(t, h, postEvent(goodFields().alter(fields{"size": -1}).String()), 400, InvalidRequest, "size"); one.Error.Problems != nil {
		t.Errorf("a single problem is listed twice: %+v", one.Error.Problems)
	}
}

func TestProblemsAreBounded(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	var body strings.Builder
	body.WriteString(`{"x":0`)
	for i := range 4000 {
		fmt.Fprintf(&body, `,"field%d":0`, i)
	}
	resp := handle(t, h, postEvent(body.String()+"}"))
	if resp.StatusCode != 400 || len(resp.Body) > 8<<10 {
		t.Errorf("status %d, answer of %d bytes", resp.StatusCode, len(resp.Body))
	}
}
