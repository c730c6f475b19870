package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

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
		{"level": "INFO", "route": "POST /uploads", "sub": testSub, "owner": nil, "status": 201.0, "key": a.Key, "size": 12345.0, "code": nil},
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

// An issuer's subject may be any text, and an owner may be of several subjects. Neither breaks the
// line.
func TestLogLineOfAnIssuersCaller(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t, ofIssuers)
	c := sharing("a\"b\n{\"sub\":\"x\"}\u2028ü")
	planned(t, h, by(c, postEvent(goodFields().String())))
	refused(t, h, by(c, postEvent("{")), 400, InvalidJSON, "")
	ofPool := c
	ofPool.Owner, ofPool.Subject, ofPool.Shared = testSub, testSub, false
	planned(t, h, by(ofPool, postEvent(goodFields().String())))
	for i, want := range []map[string]any{
		{"sub": c.Subject, "owner": c.Owner}, {"sub": c.Subject, "owner": c.Owner}, {"sub": testSub, "owner": nil},
	} {
		line := j.lines(t)[i]
		if line["sub"] != want["sub"] || line["owner"] != want["owner"] {
			t.Errorf("line %d: %v", i, line)
		}
	}
	if n := strings.Count(j.String(), "\n"); n != 3 {
		t.Errorf("%d lines for 3 requests:\n%s", n, j)
	}
}

// The log never holds a URL, signature, token or secret, or part of one.
func TestLogHoldsNoSecret(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t, func(c *deployment) {
		c.Credentials.CanExpire, c.Credentials.Expires = true, testNow.Add(time.Hour)
	})
	secrets := []string{"X-Amz-", "Signature", "https://", "amazonaws.com", "Bearer", "example.com"}
	cfg := testDeployment()
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
	refused(t, h, getEvent(map[string][]string{"key": {"a.png"}, "token": {testJWT}, testJWT: {"x"}}), 400, InvalidRequest, testJWT)
	h.now = func() time.Time { return testNow.Add(2 * time.Hour) } // when the credentials have expired
	refused(t, h, postEvent(goodFields().String()), 500, Internal, "")

	for _, secret := range secrets {
		if strings.Contains(j.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, j)
		}
	}
}

// The same holds for parts and for stored files. An upload's id is not logged either: with the key and its
// owner's token, it is enough to continue the upload.
func TestLogOfPartsAndFilesHoldsNoSecret(t *testing.T) {
	t.Parallel()
	upload, j := newTestHandler(t, resumable)
	downloads, j2 := newTestDownloads(t)
	var parts partsAnswer
	answered(t, upload, partsEvent(partsFor(partsKey(40<<20, false), numbered(1, 2)...).String()), 200, &parts)
	refused(t, upload, partsEvent(partsFor(partsKey(40<<20, false), numbered(9)...).String()), 400, InvalidPart, "parts")
	var read downloadAnswer
	answered(t, downloads, downloadEvent(fields{"key": ownTestKey("a.png")}.String()), 200, &read)
	refused(t, downloads, downloadEvent(`{"key":"`+testJWT+`"}`), 400, InvalidKey, "key")

	log := j.String() + j2.String()
	var list, scan downloadAnswer
	var deletions deletionsAnswer
	for _, c := range []struct {
		right, wrong events.APIGatewayProxyRequest
		field        string
		into         any
	}{
		{listingEvent(fields{"after": ownTestKey("a.png")}.String()), listingEvent(`{"after":"` + testJWT + `"}`), "after", &list},
		{scanEvent(fields{"key": ownTestKey("a.png")}.String()), scanEvent(`{"key":"` + testJWT + `"}`), "key", &scan},
		{deletionsEvent(ownTestKey("a.png")), deletionsEvent(testJWT), "keys", &deletions},
	} {
		h, j := newTestFor(t, c.right.Resource)
		answered(t, h, c.right, 200, c.into)
		refused(t, h, c.wrong, 400, InvalidKey, c.field)
		log += j.String()
	}
	secrets := []string{"X-Amz-", "Signature=", "https://", testUploadID, testSession[:12], testJWT[:12]}
	for _, a := range []signedAnswer{parts.Parts[0].signedAnswer, *parts.Complete, *parts.List, *parts.Abort, read.signedAnswer, list.signedAnswer, scan.signedAnswer, deletions.Deletions[0].signedAnswer} {
		_, signature, ok := strings.Cut(a.URL, "X-Amz-Signature=")
		if !ok {
			t.Fatalf("no signature in %s", a.URL)
		}
		secrets = append(secrets, signature[:16])
	}
	for _, secret := range secrets {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
}
