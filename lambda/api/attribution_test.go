package api

import (
	"fmt"
	"mime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"pgregory.net/rapid"

	"signpost/lambda/ascii"
	"signpost/lambda/config"
	"signpost/lambda/s3sign"
	"signpost/lambda/s3sign/s3signtest"
)

const uploadedBy = "x-amz-meta-" + config.UploadedByMetadata

// Callers with one owner share a folder, so each file says whose upload it is.
func TestUploadsOfASharedOwnerSayWhoseTheyAre(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, ofIssuers, resumable)
	large := goodFields().alter(fields{"contentType": "video/mp4", "size": 40 * mib, "metadata": fields{"a": "b"}})
	for _, c := range []struct {
		subject, want string
	}{
		{"auth0|5f7c8ec7", "auth0|5f7c8ec7"},
		{"Jürgen", "=?UTF-8?b?SsO8cmdlbg==?="},
		{"a  b", "=?UTF-8?b?YSAgYg==?="},                             // a signature would count the spaces as one
		{"=?UTF-8?b?eA==?=", "=?UTF-8?b?PT9VVEYtOD9iP2VBPT0/PQ==?="}, // S3 would read x
	} {
		e := by(sharing(c.subject), rawBatchEvent(fields{"files": []any{goodFields(), large}}.String()))
		var batch batchAnswer
		answered(t, h, e, 200, &batch)
		for name, a := range map[string]plannedAnswer{
			"put":       planned(t, h, by(sharing(c.subject), postEvent(goodFields().String()))),
			"multipart": planned(t, h, by(sharing(c.subject), postEvent(large.String()))),
			"document":  planned(t, h, by(sharing(c.subject), getEvent(map[string][]string{"key": {"a.png"}, "size": {"12345"}}))),
			"batch":     plannedFile(t, batch.Files[0]), "batch multipart": plannedFile(t, batch.Files[1]),
		} {
			if got := a.Headers[uploadedBy]; got != c.want || !slices.Contains(s3signtest.SignedHeaders(a.URL), uploadedBy) {
				t.Errorf("%s: %s is %q, want %q, signed", name, uploadedBy, got, c.want)
			}
			size := 12345
			if a.Multipart != nil {
				size = 0
			}
			mustBeSigned(t, a.signedAnswer, size)
		}
	}
	if a := planned(t, h, by(testCaller(), postEvent(goodFields().String()))); a.Headers[uploadedBy] != "" {
		t.Errorf("a caller of their own is named: %v", a.Headers)
	}
}

// Any subject survives a header, its signature and S3's decoding, and none passes for another.
func TestAnySubjectIsReadBack(t *testing.T) {
	t.Parallel()
	parts := rapid.SampledFrom([]string{"a", " ", "  ", "\t", "\n", "\x00", "\u007f", "ü", "😀", "\u00a0", "=?UTF-8?b?eA==?=", "=?", "?=", "\"", "|", ",", strings.Repeat("長い", 30), strings.Repeat("x", 80)})
	rapid.Check(t, func(r *rapid.T) {
		subject := strings.Join(rapid.SliceOfN(parts, 1, 8).Draw(r, "subject"), "")
		if rapid.Bool().Draw(r, "any") {
			subject = rapid.String().Filter(func(s string) bool { return utf8.ValidString(s) }).Draw(r, "text")
		}
		sent := subjectText(subject)
		if !ascii.ConsistsOf(sent, ascii.Visible+" ") || strings.TrimSpace(sent) != sent || strings.Contains(sent, "  ") {
			r.Fatalf("%q is sent as %q, which a header doesn't preserve", subject, sent)
		}
		for word := range strings.SplitSeq(sent, " ") {
			if strings.HasPrefix(word, "=?") && len(word) > 75 {
				r.Fatalf("%q has a word of %d characters", sent, len(word))
			}
		}
		if got, err := new(mime.WordDecoder).DecodeHeader(sent); err != nil || got != subject {
			r.Fatalf("%q is sent as %q and read as %q, %v", subject, sent, got, err)
		}
	})
}

// A caller can't say who uploaded a file, whether the owner is shared or not. Where no function
// verifies tokens, the name means nothing and is allowed.
func TestUploadedByIsReserved(t *testing.T) {
	t.Parallel()
	issuers, _ := newTestHandler(t, ofIssuers)
	pool, _ := newTestHandler(t)
	for _, name := range []string{"uploaded-by", "Uploaded-By", "UPLOADED-BY"} {
		e := postEvent(goodFields().alter(fields{"metadata": fields{name: "somebody"}}).String())
		if a := planned(t, pool, e); a.Headers[uploadedBy] != "somebody" {
			t.Errorf("%s: %v", name, a.Headers)
		}
		for _, c := range []string{"own", "shared"} {
			as := testCaller()
			if c == "shared" {
				as = sharing("x")
			}
			r := refused(t, issuers, by(as, e), 400, InvalidRequest, "metadata")
			if r.Error.Message != `metadata can't have the name "uploaded-by", which is reserved: this deployment adds it itself to files whose owner several users share` {
				t.Errorf("%s, %s: %q", name, c, r.Error.Message)
			}
		}
	}
	planned(t, issuers, by(sharing("x"), postEvent(goodFields().alter(fields{"metadata": fields{"uploaded-by2": "x"}}).String())))
}

// The limits of metadata are S3's, so they count what is added.
func TestAttributionCountsAsMetadata(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, ofIssuers)
	c := sharing(strings.Repeat("s", 200)) // with its name 211 bytes
	with := func(n int) fields {
		return goodFields().alter(fields{"metadata": fields{"k": strings.Repeat("v", n-1)}})
	}
	planned(t, h, by(c, postEvent(with(2048-211).String())))
	r := refused(t, h, by(c, postEvent(with(2048-210).String())), 400, InvalidRequest, "metadata")
	const want = "metadata comes to 1838 bytes, names and values as they are sent; at most 1837 are allowed, since uploaded-by takes 211 of the 2048 that S3 accepts"
	if r.Error.Message != want {
		t.Errorf("message %q\nwant    %q", r.Error.Message, want)
	}
	planned(t, h, by(testCaller(), postEvent(with(2048).String())))
}

// OpenID Connect's longest subject, of 255 characters, fits; a longer one than S3 can store is
// refused, and not cut.
func TestLongSubject(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, ofIssuers)
	for subject, fits := range map[string]bool{
		strings.Repeat("😀", 255): true, strings.Repeat("s", 2048-11): true, strings.Repeat("s", 2048-10): false, strings.Repeat(" ", 2000): false,
	} {
		e := by(sharing(subject), postEvent(goodFields().String()))
		if fits {
			mustBeSigned(t, planned(t, h, e).signedAnswer, 12345)
			continue
		}
		if r := refused(t, h, e, 403, Forbidden, "Authorization"); !strings.Contains(r.Error.Message, "this token's sub is too long") {
			t.Errorf("message %q", r.Error.Message)
		}
	}
	lone := testCaller()
	lone.Subject = strings.Repeat("s", 4000) // which is not stored
	planned(t, h, by(lone, postEvent(goodFields().String())))
}

// A subject, a filename and metadata that don't fit into S3's headers together are refused, with
// how much is too long.
func TestAttributionTooLongForS3(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, ofIssuers, func(d *deployment) { d.Credentials.SessionToken = strings.Repeat("/", 1000) })
	c := sharing(strings.Repeat("s", 1400))
	longest := goodFields().alter(fields{"filename": strings.Repeat("😀", 255)})
	with := func(n int) string {
		return longest.alter(fields{"metadata": fields{"k": strings.Repeat("v", n)}}).String()
	}
	r := refused(t, h, by(c, postEvent(with(600))), 400, InvalidRequest, "metadata")
	var surplus int
	if _, err := fmt.Sscanf(r.Error.Message, "metadata, filename and uploaded-by together are %d bytes too long for the headers that S3 accepts; shorten the metadata", &surplus); err != nil {
		t.Fatalf("%q: %v", r.Error.Message, err)
	}
	a := planned(t, h, by(c, postEvent(with(600-surplus))))
	if got := (s3sign.SignedRequest{Method: a.Method, URL: a.URL, Headers: a.Headers}).Length(); got != s3sign.MaxRequestLength {
		t.Errorf("without the surplus there are %d bytes", got)
	}
	c = sharing(strings.Repeat("s", 2000))
	for field, e := range map[string]events.APIGatewayProxyRequest{
		"filename": postEvent(longest.String()),
		"key":      getEvent(map[string][]string{"key": {strings.Repeat("😀", 255)}, "contentType": {"image/png"}}),
	} {
		r := refused(t, h, by(c, e), 400, InvalidRequest, field)
		if !strings.HasPrefix(r.Error.Message, field+" and uploaded-by together are ") || !strings.HasSuffix(r.Error.Message, "shorten the name") {
			t.Errorf("%q", r.Error.Message)
		}
	}
}
