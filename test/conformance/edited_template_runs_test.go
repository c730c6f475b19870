package conformance_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestShortLivedAndThrottled runs the template with another lifetime and lower limits.
func TestShortLivedAndThrottled(t *testing.T) {
	t.Parallel()
	template := edited(t, synthesizedTemplate(t), "URL_LIFETIME_SECONDS", "3")
	template = edited(t, template, "KINDS", "") // a kind's URLs can't live longer
	template = edited(t, template, "ThrottlingBurstLimit", 5)
	r := runEdited(t, edited(t, template, "ThrottlingRateLimit", 1))
	here := onRun(t, r)
	t.Run("ErrExpired", func(t *testing.T) {
		checkGrowsOld(t, r, here, 3, "Request has expired")
	})
	t.Run("ErrTooManyRequests", func(t *testing.T) { checkThrottled(t, here, 5) })
}

// TestShortPolicyAndMovedOrigin runs the template with a bucket policy that refuses signatures
// older than three seconds, while the URLs themselves live longer, and with another allowed origin.
func TestShortPolicyAndMovedOrigin(t *testing.T) {
	t.Parallel()
	const moved = "https://moved.example"
	template := edited(t, synthesizedTemplate(t), "s3:signatureAge", "3000")
	r := runEdited(t, bytes.ReplaceAll(template, []byte(target.origin()), []byte(moved)))
	here := onRun(t, r)
	t.Run("OKNewOrigin", func(t *testing.T) { checkOrigin(t, r, here, moved, moved) })
	t.Run("ErrOldOrigin", func(t *testing.T) { checkOrigin(t, r, here, target.origin(), "") })
	t.Run("ErrOldSignature", func(t *testing.T) {
		checkGrowsOld(t, r, here, 600, "explicit deny in a resource-based policy")
	})
}

// TestNarrowRole takes away the function's right to write where it plans uploads: S3 then refuses
// what it signed.
func TestNarrowRole(t *testing.T) {
	t.Parallel()
	r := runEdited(t, bytes.ReplaceAll(synthesizedTemplate(t), []byte(`"/uploads/*"`), []byte(`"/elsewhere/*"`)))
	_, p := planFrom(t, onRun(t, r), target.origin())
	checkRefusal(t, s3(t, p.request(t, "hello")), forgery{code: "AccessDenied"})
	if _, err := objectAt(r, p.Key); err == nil {
		t.Error("an object was stored")
	}
}

// TestTransferAcceleration runs the template with S3 Transfer Acceleration: the local run lists
// that it has none, and its URLs go to its own S3.
func TestTransferAcceleration(t *testing.T) {
	t.Parallel()
	template := bytes.ReplaceAll(synthesizedTemplate(t), []byte(`"UPLOAD_BUCKET"`), []byte(`"TRANSFER_ACCELERATION": "true", "UPLOAD_BUCKET"`))
	r := runEdited(t, bytes.ReplaceAll(template, []byte(`"VersioningConfiguration"`), []byte(`"AccelerateConfiguration": {"AccelerationStatus": "Enabled"}, "VersioningConfiguration"`)))
	if printed := r.stdout.String(); !strings.Contains(printed, "  - S3 Transfer Acceleration: URLs go to the local S3") {
		t.Errorf("it doesn't list S3 Transfer Acceleration:\n%s", printed)
	}
	_, p := planFrom(t, onRun(t, r), target.origin())
	if !strings.HasPrefix(p.URL, r.Local.S3Endpoint+"/"+r.UploadBucketName+"/") {
		t.Errorf("the URL is not the local S3's: %s", p.URL)
	}
	if response := s3(t, p.request(t, "hello")); response.status != http.StatusOK {
		t.Errorf("the upload got %d", response.status)
	}
}

// checkGrowsOld waits until a signed request is older than the three seconds for which the run
// takes it.
func checkGrowsOld(t *testing.T, r *localRun, here edit, expiresIn int, message string) {
	t.Helper()
	const life = 3 * time.Second
	_, p := planFrom(t, here, target.origin())
	_, young := planFrom(t, here, target.origin())
	if p.ExpiresIn != expiresIn {
		t.Errorf("expiresIn is %d, want %d", p.ExpiresIn, expiresIn)
	}
	signedAt := p.ExpiresAt.Add(-time.Duration(p.ExpiresIn) * time.Second)
	a := s3(t, young.request(t, "hello"))
	if inTime := time.Since(signedAt) < life; inTime && a.status != 200 { // else this machine was too slow to say
		t.Errorf("a young URL got %d %s", a.status, s3Code(a))
	}
	time.Sleep(time.Until(signedAt.Add(life + time.Second)))
	a = s3(t, p.request(t, "hello"))
	checkRefusal(t, a, forgery{code: "AccessDenied"})
	if !bytes.Contains(a.body, []byte(message)) {
		t.Errorf("S3 does not say %q: %s", message, a.body)
	}
	checkRefusal(t, s3(t, p.request(t, "hello", setQuery("X-Amz-Expires", "3600"))), forgery{})
	if _, err := objectAt(r, p.Key); err == nil {
		t.Error("an object was stored")
	}
}

// checkThrottled sends requests until the API refuses one, which must not be before the burst that
// the template allows.
func checkThrottled(t *testing.T, here edit, burst int) {
	t.Helper()
	time.Sleep(time.Duration(burst) * time.Second) // until the whole burst is available again, at one a second
	var refusal answer
	taken := 0
	for refusal.status == 0 && taken < 10*burst {
		if a := uploads(t, nil, here); a.status == 201 {
			taken++
		} else {
			refusal = a
		}
	}
	if taken < burst {
		t.Errorf("%d requests were taken at once, %d should be", taken, burst)
	}
	if refusal.status == 0 {
		t.Fatalf("%d requests at once were taken; the template allows %d", taken, burst)
	}
	refused(t, refusal, "TooManyRequests", "")
	checkReaders(t, refusal)
	checkHeader(t, refusal, "Retry-After", "1")
	time.Sleep(1100 * time.Millisecond) // as it says
	planned(t, uploads(t, nil, here), 201)
}

// checkOrigin calls API and bucket as a page of this origin; allowed is the
// Access-Control-Allow-Origin that they should answer.
func checkOrigin(t *testing.T, r *localRun, here edit, origin, allowed string) {
	t.Helper()
	request, err := http.NewRequest("OPTIONS", r.ApiUrl+"uploads", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", origin)
	a, err := exchange(request)
	if err != nil {
		t.Fatal(err)
	}
	if got := a.header.Get("Access-Control-Allow-Origin"); (got == origin) != (allowed == origin) {
		t.Errorf("the API's preflight allows %q", got)
	}
	a, p := planFrom(t, here, origin)
	checkHeader(t, a, "Access-Control-Allow-Origin", allowed)
	checkHeader(t, s3Preflight(t, p, origin, "PUT", "content-type"), "Access-Control-Allow-Origin", allowed)
	checkHeader(t, s3(t, p.request(t, "hello", setHeader("Origin", origin))), "Access-Control-Allow-Origin", allowed)
}

// planFrom plans an upload from any origin.
func planFrom(t *testing.T, here edit, origin string) (answer, plan) {
	t.Helper()
	request, err := http.NewRequest("POST", target.ApiUrl+"uploads", nil)
	if err != nil {
		t.Fatal(err)
	}
	allOf(setBody(goodBody), setHeader("Content-Type", "application/json"), setHeader("Origin", origin), here)(request)
	a, err := exchange(request)
	if err != nil {
		t.Fatal(err)
	}
	return a, planned(t, a, 201)
}
