package presign

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	for _, e := range []events.APIGatewayProxyRequest{
		event("GET", "/uploads"), event("PUT", "/uploads"), event("POST", "/api/documents/signed"), event("POST", "/"), event("", ""), {},
	} {
		refused(t, h, e, 404, NotFound, "")
	}
}

func TestEveryAnswerCarriesCORS(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	h.now = func() time.Time { return testNow }
	anonymous := postEvent(goodFields().String())
	anonymous.RequestContext.Authorizer = nil
	answers := map[string]events.APIGatewayProxyRequest{
		"201": postEvent(goodFields().String()), "200": getEvent(map[string][]string{"key": {"a.png"}}),
		"400": postEvent("{"), "401": anonymous, "404": event("GET", "/nope"),
	}
	for name, e := range answers {
		for origin, want := range map[string]string{
			testOrigin: testOrigin, "https://other.example.com": "https://other.example.com",
			"https://evil.example.com": "", "https://app.example.com.evil.com": "", "HTTPS://app.example.com": "", "null": "", "*": "", "": "",
		} {
			e.Headers = maps.Clone(e.Headers)
			delete(e.Headers, "Origin")
			e.Headers["oRiGiN"] = origin
			got := handle(t, h, e).Headers
			if got["Access-Control-Allow-Origin"] != want {
				t.Errorf("%s: origin %q is answered with %q, want %q", name, origin, got["Access-Control-Allow-Origin"], want)
			}
			if _, there := got["Access-Control-Allow-Origin"]; there && want == "" {
				t.Errorf("%s: an empty Access-Control-Allow-Origin for %q", name, origin)
			}
			if got["Vary"] != "Origin" || got["Access-Control-Expose-Headers"] != "Retry-After,x-amzn-RequestId" ||
				got["Cache-Control"] != "no-store" || got["Content-Type"] != "application/json" {
				t.Errorf("%s: headers %v", name, got)
			}
			if _, there := got["Access-Control-Allow-Credentials"]; there {
				t.Errorf("%s: Access-Control-Allow-Credentials is set", name)
			}
		}
	}
}

func TestCaller(t *testing.T) {
	t.Parallel()
	claims := func(change map[string]any) map[string]any {
		c := map[string]any{"sub": testSub, "aud": testClient, "token_use": "id"}
		maps.Copy(c, change)
		return map[string]any{"claims": c}
	}
	h, _ := newTestHandler(t)
	with := func(authorizer map[string]any) events.APIGatewayProxyRequest {
		e := postEvent(goodFields().String())
		e.RequestContext.Authorizer = authorizer
		return e
	}
	for name, authorizer := range map[string]map[string]any{
		"IDToken":      claims(nil),
		"OtherClient":  claims(map[string]any{"aud": "anotherclient"}),
		"UnusualSub":   claims(map[string]any{"sub": "A-1"}),
		"LongestSub":   claims(map[string]any{"sub": strings.Repeat("a", 128)}),
		"PrincipalToo": {"principalId": "x", "claims": claims(nil)["claims"]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := planned(t, h, with(authorizer))
			sub := authorizer["claims"].(map[string]any)["sub"].(string)
			if !strings.HasPrefix(a.Key, "uploads/"+sub+"/") {
				t.Errorf("key %s is not under the caller's own prefix", a.Key)
			}
		})
	}
	for name, c := range map[string]struct {
		authorizer map[string]any
		says       string
	}{
		"NoAuthorizer":  {nil, "send the ID token"},
		"NoClaims":      {map[string]any{}, "send the ID token"},
		"OddClaims":     {map[string]any{"claims": "sub"}, "send the ID token"},
		"AccessToken":   {claims(map[string]any{"token_use": "access", "client_id": testClient, "aud": nil}), "access token; send the ID token"},
		"NoTokenUse":    {claims(map[string]any{"token_use": nil}), "send the ID token"},
		"OddTokenUse":   {claims(map[string]any{"token_use": "refresh"}), "send the ID token"},
		"ForeignClient": {claims(map[string]any{"aud": "foreign"}), "another app client"},
		"NoAudience":    {claims(map[string]any{"aud": nil}), "another app client"},
		"ClientIDOnly":  {claims(map[string]any{"aud": nil, "client_id": testClient}), "another app client"},
		"AudienceList":  {claims(map[string]any{"aud": []any{testClient}}), "another app client"},
		"NoSub":         {claims(map[string]any{"sub": nil}), "no caller"},
		"EmptySub":      {claims(map[string]any{"sub": ""}), "no caller"},
		"NumberSub":     {claims(map[string]any{"sub": 7}), "no caller"},
		"PathSub":       {claims(map[string]any{"sub": "../" + testSub}), "no caller"},
		"DotSub":        {claims(map[string]any{"sub": ".."}), "no caller"},
		"WideSub":       {claims(map[string]any{"sub": "ä"}), "no caller"},
		"LongSub":       {claims(map[string]any{"sub": strings.Repeat("a", 129)}), "no caller"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := refused(t, h, with(c.authorizer), 401, Unauthorized, "Authorization")
			if !strings.Contains(r.Error.Message, c.says) {
				t.Errorf("message %q, want it to say %q", r.Error.Message, c.says)
			}
		})
	}
}

func TestBodyArrivesPlainOrEncoded(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	encode := func(body string) events.APIGatewayProxyRequest {
		e := postEvent(base64.StdEncoding.EncodeToString([]byte(body)))
		e.IsBase64Encoded = true
		return e
	}
	padded := func(n int) string { s := goodFields().String(); return s + strings.Repeat(" ", n-len(s)) }
	for name, e := range map[string]events.APIGatewayProxyRequest{
		"Plain": postEvent(goodFields().String()), "Base64": encode(goodFields().String()),
		"PlainLongest": postEvent(padded(64 << 10)), "Base64Longest": encode(padded(64 << 10)),
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); planned(t, h, e) })
	}
	for name, e := range map[string]events.APIGatewayProxyRequest{
		"Plain": postEvent(padded(64<<10 + 1)), "Base64": encode(padded(64<<10 + 1)),
		"PlainHuge": postEvent(padded(1 << 20)), "Base64Huge": encode(padded(1 << 20)),
	} {
		t.Run("TooLarge"+name, func(t *testing.T) { t.Parallel(); refused(t, h, e, 413, BodyTooLarge, "") })
	}
	broken := postEvent("{}!")
	broken.IsBase64Encoded = true
	refused(t, h, broken, 400, InvalidJSON, "")
}

func TestContentTypeOfTheBody(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	with := func(name, value string) events.APIGatewayProxyRequest {
		e := postEvent(goodFields().String())
		delete(e.Headers, "Content-Type")
		if name != "" {
			e.Headers[name] = value
		}
		return e
	}
	for _, e := range []events.APIGatewayProxyRequest{
		with("content-type", "application/json"), with("CONTENT-TYPE", "Application/JSON"), with("Content-Type", "application/json; charset=utf-8"),
		with("Content-Type", "application/json;charset=UTF-8"), with("Content-Type", `application/json; charset="utf-8"`), with("Content-Type", " application/json "),
	} {
		planned(t, h, e)
	}
	for _, e := range []events.APIGatewayProxyRequest{
		with("", ""), with("Content-Type", ""), with("Content-Type", "text/plain"), with("Content-Type", "application/x-www-form-urlencoded"),
		with("Content-Type", "application/json; charset=utf-16"), with("Content-Type", "application/json; x=y"),
		with("Content-Type", "application/json, text/plain"), with("Content-Type", "application/jsonp"), with("Content-Type", "json"),
	} {
		refused(t, h, e, 415, TypeNotAllowed, "Content-Type")
	}
	multi := with("", "")
	multi.MultiValueHeaders = map[string][]string{"content-TYPE": {"application/json"}}
	planned(t, h, multi)
}

func TestPanicIsAnInternalError(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t)
	calls := 0
	h.now = func() time.Time {
		if calls++; calls == 2 { // within the plan, not around it
			panic("the clock fell off the wall")
		}
		return testNow
	}
	r := refused(t, h, postEvent(goodFields().String()), 500, Internal, "")
	if strings.Contains(r.Error.Message, "clock") {
		t.Errorf("the caller is told the details: %s", r.Error.Message)
	}
	text, _ := j.lines(t)[0]["error"].(string)
	if !strings.Contains(text, "the clock fell off the wall") || !strings.Contains(text, "presign.(*Handler).plan") {
		t.Errorf("the log lacks the panic or its stack: %s", text)
	}
}

func TestLogLine(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t)
	a := planned(t, h, postEvent(goodFields().String()))
	planned(t, h, getEvent(map[string][]string{"key": {"a.png"}}))
	refused(t, h, postEvent(goodFields().alter(fields{"size": -1}).String()), 400, InvalidRequest, "size")
	anonymous := postEvent("")
	anonymous.RequestContext.Authorizer = nil
	refused(t, h, anonymous, 401, Unauthorized, "Authorization")

	lines := j.lines(t)
	for i, want := range []map[string]any{
		{"level": "INFO", "route": "POST /uploads", "sub": testSub, "status": 201.0, "key": a.Key, "size": 12345.0, "code": nil},
		{"level": "INFO", "route": "GET /api/documents/signed", "sub": testSub, "status": 200.0, "size": nil, "code": nil},
		{"level": "INFO", "route": "POST /uploads", "sub": testSub, "status": 400.0, "key": nil, "size": nil, "code": "InvalidRequest"},
		{"level": "INFO", "route": "POST /uploads", "sub": nil, "status": 401.0, "key": nil, "code": "Unauthorized"},
	} {
		want["msg"], want["requestId"], want["latencyMs"], want["error"] = "request", "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", 0.0, nil
		for name, v := range want {
			if lines[i][name] != v {
				t.Errorf("line %d: %s is %v, want %v", i, name, lines[i][name], v)
			}
		}
	}
	if len(lines) != 4 {
		t.Errorf("%d log lines for 4 requests", len(lines))
	}
}

// Whatever is asked and however it ends, the log holds nothing that could be
// used: no URL, signature, token or secret, nor a part of one.
func TestLogHoldsNoSecret(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t)
	secrets := []string{"X-Amz-", "Signature", "https://", "amazonaws.com", "Bearer", "example.com"}
	cfg := testConfig()
	secrets = append(secrets, testSession[:12], testSession[len(testSession)-12:], cfg.Credentials.SecretAccessKey[:12], cfg.Credentials.AccessKeyID)
	secrets = append(secrets, strings.Split(testJWT, ".")...)

	for i, body := range []string{
		goodFields().String(), goodFields().alter(fields{"metadata": fields{"a": "b"}}).String(), goodFields().alter(fields{"size": 0}).String(),
		goodFields().alter(fields{"contentType": "text/html"}).String(), "{", "", `{"token":"` + testJWT + `"}`, `{"` + testJWT + `":1}`,
		goodFields().alter(fields{"filename": nil}).String(), goodFields().alter(fields{"metadata": fields{testJWT: testJWT}}).String(),
	} {
		e := postEvent(body)
		if i%3 == 0 {
			e.Headers["Authorization"] = testJWT
		}
		var a plannedAnswer
		if resp := handle(t, h, e); resp.StatusCode == 201 {
			if err := json.Unmarshal([]byte(resp.Body), &a); err != nil {
				t.Fatal(err)
			}
			_, signature, ok := strings.Cut(a.URL, "X-Amz-Signature=")
			if !ok {
				t.Fatalf("no signature in %s", a.URL)
			}
			secrets = append(secrets, signature, signature[:16])
		}
	}
	refused(t, h, getEvent(map[string][]string{"key": {"a.png"}, "token": {testJWT}, testJWT: {"x"}}), 400, InvalidRequest, testJWT[:0]+"eyJraWQiOiJ0ZXN0In0.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJlLXBhcnQ")
	h.now = func() time.Time { return testNow.Add(time.Hour) }
	h.signer.credentials.CanExpire, h.signer.credentials.Expires = true, testNow
	refused(t, h, postEvent(goodFields().String()), 500, Internal, "")

	for _, secret := range secrets {
		if strings.Contains(j.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, j)
		}
	}
}

func TestHandleIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t)
	var wg sync.WaitGroup
	keys := make([]string, 64)
	for i := range keys {
		wg.Go(func() {
			a := planned(t, h, postEvent(goodFields().String()))
			mustBeSigned(t, a, 12345)
			keys[i] = a.Key
		})
	}
	wg.Wait()
	slices.Sort(keys)
	if len(slices.Compact(keys)) != 64 {
		t.Error("two uploads were given the same key")
	}
	if got := len(j.lines(t)); got != 64 {
		t.Errorf("%d log lines for 64 requests", got)
	}
}

func TestNewHandlerRefusesABadConfig(t *testing.T) {
	t.Parallel()
	cfg := testConfig()
	cfg.Bucket, cfg.MaxSize, cfg.Endpoint = "", 0, "127.0.0.1:7070"
	h, err := NewHandler(cfg, slog.New(slog.DiscardHandler))
	if err == nil || h != nil {
		t.Fatal("took it")
	}
	for _, want := range []string{"UPLOAD_BUCKET", "MAX_SIZE_BYTES", "endpoint"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not name %s", err, want)
		}
	}
}

func TestStatusOfEveryCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[Code]int{
		InvalidJSON: 400, InvalidRequest: 400, Unauthorized: 401, NotFound: 404, SizeTooLarge: 413, BodyTooLarge: 413,
		TypeNotAllowed: 415, Internal: 500, "NoSuchCode": 500,
	} {
		if got := code.Status(); got != want {
			t.Errorf("%s is %d, want %d", code, got, want)
		}
	}
	if got := problemsOf(errors.New("disk on fire"))[0]; got.Code != Internal || strings.Contains(got.Message, "fire") {
		t.Errorf("a foreign error reaches the caller as %v", got)
	}
}
