package conformance_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"signpost/lambda/s3sign"
)

// session is an upload in parts. Where the threshold is less than 25 MiB, the last part of its file
// has 5 bytes. Each part has its own content, so that the test notices a part in another's place.
type session struct {
	user  user
	plan  plan
	size  int64
	id    string           // the uploadId
	fill  rune             // of the first part
	etags map[int64]string // of the parts sent
}

// cutting is how a plan cuts the file into parts.
type cutting struct{ PartSize, PartCount int64 }

type signedPart struct {
	PartNumber, Size int64
	plan
}

// partsAnswer is the answer to POST /uploads/parts. List and Abort are nil where uploads can't be
// resumed.
type partsAnswer struct {
	Parts                 []signedPart
	List, Complete, Abort *plan
	ExpiresIn             int
	ExpiresAt             time.Time
}

// begin plans an upload and creates it. It is aborted at the end of the test if it isn't complete,
// so that no part stays in the store.
func begin(t *testing.T, u user, checksums bool) *session {
	t.Helper()
	inParts(t)
	size := (threshold(t)/smallestPart+1)*smallestPart + 5
	s := &session{user: u, size: size, fill: 'a'}
	s.plan = planned(t, uploads(t, fields{"size": size, "partChecksums": checksums}, asUser(u)), 201)
	s.create(t)
	return s
}

// beginAgain creates another upload with the same plan, of another file.
func (s *session) beginAgain(t *testing.T) *session {
	t.Helper()
	other := &session{user: s.user, size: s.size, fill: 'A', plan: s.plan}
	other.create(t)
	return other
}

func (s *session) create(t *testing.T) {
	t.Helper()
	s.etags = map[int64]string{}
	a := s3(t, s.plan.request(t, ""))
	var created struct {
		XMLName  xml.Name `xml:"InitiateMultipartUploadResult"`
		Key      string
		UploadId string
	}
	if err := xml.Unmarshal(a.body, &created); a.status != 200 || err != nil || created.Key != s.plan.Key || created.UploadId == "" {
		t.Fatalf("S3 did not begin the upload: %d %s: %.500s", a.status, s3Code(a), a.body)
	}
	checkHeader(t, a, "Access-Control-Allow-Origin", target.origin())
	s.id = created.UploadId
	if abort := s.ask(t).Abort; abort != nil {
		t.Cleanup(func() {
			if a := s3(t, abort.request(t, "")); a.status != 204 && s3Code(a) != "NoSuchUpload" {
				t.Errorf("S3 did not abort the upload: %d %s", a.status, s3Code(a))
			}
		})
	}
}

func (s *session) checksums() bool { return s.plan.Headers["x-amz-checksum-algorithm"] != "" }

func (s *session) last() int64 { return s.plan.Multipart.PartCount }

// numbers are the numbers of all parts.
func (s *session) numbers() []int64 {
	all := make([]int64, s.last())
	for i := range all {
		all[i] = int64(i) + 1
	}
	return all
}

// content is the content of a part.
func (s *session) content(number int64) string {
	size := s3sign.Split(s.size).Length(number, s.size)
	return strings.Repeat(string(s.fill+rune(number)), int(size))
}

func (s *session) sum(number int64) string {
	sum := sha256.Sum256([]byte(s.content(number)))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// entries are the entries of POST /uploads/parts for these parts.
func (s *session) entries(numbers ...int64) []fields {
	entries := []fields{}
	for _, n := range numbers {
		entry := fields{"partNumber": n}
		if s.checksums() {
			entry["sha256"] = s.sum(n)
		}
		entries = append(entries, entry)
	}
	return entries
}

// ask has requests for these parts signed, and checks the answer.
func (s *session) ask(t *testing.T, numbers ...int64) partsAnswer {
	t.Helper()
	a := parts(t, fields{"key": s.plan.Key, "uploadId": s.id, "parts": s.entries(numbers...)}, asUser(s.user))
	return checkParts(t, a, s.plan.Key, s.id, s.size, numbers...)
}

// parts sends POST /uploads/parts.
func parts(t *testing.T, body fields, edits ...edit) answer {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return post(t, "uploads/parts", string(raw), edits...)
}

// post sends a JSON text to a route of the API.
func post(t *testing.T, path, body string, edits ...edit) answer {
	t.Helper()
	return api(t, "POST", path, append([]edit{setHeader("Content-Type", "application/json"), setBody(body)}, edits...)...)
}

// checkParts reads an answer to POST /uploads/parts. Every request in it must belong to this upload
// and do no more than these parts of a file of this size need.
func checkParts(t *testing.T, a answer, key, id string, size int64, numbers ...int64) partsAnswer {
	t.Helper()
	if a.status != 200 {
		t.Fatalf("status %d: %.500s", a.status, withoutQuery(string(a.body)))
	}
	var got partsAnswer
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil || got.Parts == nil || got.Complete == nil || (got.List == nil) != (got.Abort == nil) {
		t.Fatalf("the answer is not of the contract's shape (%v): %.300s", err, withoutQuery(string(a.body)))
	}
	check := func(p *plan, method string, operation url.Values) {
		t.Helper()
		if p == nil {
			return
		}
		p.Key, p.ExpiresIn, p.ExpiresAt = key, got.ExpiresIn, got.ExpiresAt
		operation.Set("uploadId", id)
		checkOperation(t, *p, method, operation)
	}
	check(got.List, "GET", url.Values{"max-parts": {"1000"}})
	check(got.Complete, "POST", url.Values{})
	check(got.Abort, "DELETE", url.Values{})
	if h := got.Complete.Headers; len(h) != 3 || h["If-None-Match"] != "*" || h["Content-Type"] != "application/xml" || h["x-amz-mp-object-size"] != strconv.FormatInt(size, 10) {
		t.Errorf("complete's headers are %q", h)
	}
	var answered []int64
	for i := range got.Parts {
		p := &got.Parts[i]
		answered = append(answered, p.PartNumber)
		check(&p.plan, "PUT", url.Values{"partNumber": {strconv.FormatInt(p.PartNumber, 10)}})
		if want := s3sign.Split(size).Length(p.PartNumber, size); p.Size != want || !p.signs(t, "content-length") {
			t.Errorf("part %d has size %d, want %d; content-length signed: %t", p.PartNumber, p.Size, want, p.signs(t, "content-length"))
		}
	}
	if !slices.Equal(answered, numbers) {
		t.Errorf("the parts are %d, want %d", answered, numbers)
	}
	return got
}

// send uploads a part.
func (s *session) send(t *testing.T, p signedPart) {
	t.Helper()
	a := s3(t, p.request(t, s.content(p.PartNumber)))
	if s.etags[p.PartNumber] = a.header.Get("ETag"); a.status != 200 || s.etags[p.PartNumber] == "" {
		t.Fatalf("S3 refused part %d: %d %s: %.500s", p.PartNumber, a.status, s3Code(a), a.body)
	}
	if exposed := a.header.Get("Access-Control-Expose-Headers"); !strings.Contains(exposed, "ETag") {
		t.Errorf("S3's answer shows a page %q, not the ETag", exposed)
	}
}

// completion is the body that completes the upload with these parts.
func (s *session) completion(numbers ...int64) string {
	var b strings.Builder
	for _, n := range numbers {
		fmt.Fprintf(&b, "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag>", n, s.etags[n])
		if s.checksums() {
			fmt.Fprintf(&b, "<ChecksumSHA256>%s</ChecksumSHA256>", s.sum(n))
		}
		b.WriteString("</Part>")
	}
	return "<CompleteMultipartUpload>" + b.String() + "</CompleteMultipartUpload>"
}

// complete completes the upload, and checks the object.
func (s *session) complete(t *testing.T, p plan) {
	t.Helper()
	a := s3(t, p.request(t, s.completion(s.numbers()...)))
	// S3 may find out late that it can't, and then reports an error after status 200.
	if a.status != 200 || !bytes.Contains(a.body, []byte("<CompleteMultipartUploadResult")) {
		t.Fatalf("S3 did not finish the upload: %d %s: %.500s", a.status, s3Code(a), a.body)
	}
	accepted.Store(s.plan.Key, true)
	s.checkAssembled(t)
}

// checkAssembled checks that the object is there, complete, in order, and with the signed headers.
func (s *session) checkAssembled(t *testing.T) {
	t.Helper()
	if mainRun == nil {
		return // S3 has compared the size and each part's ETag, and nobody may read the object
	}
	o, err := objectAt(mainRun, s.plan.Key)
	if err != nil {
		t.Fatalf("the object is not in the bucket: %v", err)
	}
	whole := sha256.New()
	for _, n := range s.numbers() {
		whole.Write([]byte(s.content(n)))
	}
	if o.size != s.size || !bytes.Equal(o.sha256[:], whole.Sum(nil)) {
		t.Errorf("the object holds %d other bytes than the %d that were sent", o.size, s.size)
	}
	if o.contentType != s.plan.Headers["Content-Type"] || o.disposition != s.plan.Headers["Content-Disposition"] {
		t.Errorf("stored with Content-Type %q and Content-Disposition %q, signed for %q", o.contentType, o.disposition, s.plan.Headers)
	}
}

// listedPart is a part as S3 lists it.
type listedPart struct {
	PartNumber, Size     int64
	ETag, ChecksumSHA256 string
}

// listed sends the signed request that lists the parts that S3 has.
func listed(t *testing.T, list plan) []listedPart {
	t.Helper()
	a := s3(t, list.request(t, ""))
	var result struct {
		XMLName xml.Name     `xml:"ListPartsResult"`
		Parts   []listedPart `xml:"Part"`
	}
	if err := xml.Unmarshal(a.body, &result); a.status != 200 || err != nil {
		t.Fatalf("S3 did not list the parts: %d %s: %.500s", a.status, s3Code(a), a.body)
	}
	checkHeader(t, a, "Access-Control-Allow-Origin", target.origin())
	return result.Parts
}

// checkListed checks that S3 has all parts except these.
func (s *session) checkListed(t *testing.T, missing ...int64) {
	t.Helper()
	s.checkListedOnly(t, slices.DeleteFunc(s.numbers(), func(n int64) bool { return slices.Contains(missing, n) })...)
}

// checkListedOnly checks that S3 has these parts as they were sent, and no others.
func (s *session) checkListedOnly(t *testing.T, numbers ...int64) {
	t.Helper()
	var want []listedPart
	for _, n := range numbers {
		part := listedPart{PartNumber: n, Size: int64(len(s.content(n))), ETag: s.etags[n]}
		if s.checksums() {
			part.ChecksumSHA256 = s.sum(n)
		}
		want = append(want, part)
	}
	list := s.ask(t).List
	if list == nil {
		return // nobody may list
	}
	if got := listed(t, *list); !slices.Equal(got, want) {
		t.Errorf("S3 lists %+v, want %+v", got, want)
	}
}
