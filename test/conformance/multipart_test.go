package conformance_test

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"signpost/lambda/s3sign"
)

const mib = 1 << 20

// smallestPart is the size of the parts of every file up to 30 MiB.
const smallestPart = 5 * mib

// inParts skips a test of uploads in parts where the deployment has none. The local run has them.
func inParts(t *testing.T) {
	t.Helper()
	if hasRoute(t, "uploads/parts") {
		return
	}
	if mainRun != nil {
		t.Fatal("the local run has no route POST /uploads/parts")
	}
	t.Skip("NOT RUN against the stack of -outputs: it plans no upload in parts")
}

// threshold is the largest size that is sent in one piece, as a refusal of this deployment gives
// it.
func threshold(t *testing.T) int64 {
	t.Helper()
	e := refused(t, uploads(t, fields{"size": sizeLimit(t), "sha256": helloSHA256}), "InvalidRequest", "sha256")
	return numberIn(t, e.Message, `more than (\d+) bytes`)
}

// sizeLimit is the largest size that the deployment takes.
func sizeLimit(t *testing.T) int64 {
	t.Helper()
	e := refused(t, uploads(t, fields{"size": int64(1 << 50)}), "SizeTooLarge", "size")
	return numberIn(t, e.Message, `limit of (\d+) bytes`)
}

func numberIn(t *testing.T, message, pattern string) int64 {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(message)
	if m == nil {
		t.Fatalf("%q does not say %s", message, pattern)
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var partsKeyShape = regexp.MustCompile(`^uploads/([A-Za-z0-9-]+)/` + ulid + `-([0-9a-z]+)(-sha256)?/[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}$`)

// checkCreate checks ada's plan for a large file: the number and size of its parts, and that its
// request creates an upload of this key.
func checkCreate(t *testing.T, p plan, size int64, checksums bool) {
	t.Helper()
	m := partsKeyShape.FindStringSubmatch(p.Key)
	if m == nil || m[1] != ada.sub || m[2] != strconv.FormatInt(size, 36) || (m[3] != "") != checksums {
		t.Errorf("the key %q does not carry the size %d, checksums %t", p.Key, size, checksums)
	}
	if split := s3sign.Split(size); p.Multipart == nil || *p.Multipart != (cutting{split.Size, split.Count}) {
		t.Errorf("multipart is %+v, want %+v", p.Multipart, split)
	}
	checkOperation(t, p, "POST", url.Values{"uploads": {""}})
	if p.Headers["Content-Type"] != "image/png" || !strings.HasPrefix(p.Headers["Content-Disposition"], "attachment; filename*=UTF-8''") {
		t.Errorf("the headers are %q", p.Headers)
	}
	if algorithm, ok := p.Headers["x-amz-checksum-algorithm"]; ok != checksums || ok && algorithm != "SHA256" {
		t.Errorf("x-amz-checksum-algorithm is %q, checksums %t", algorithm, checksums)
	}
}

// checkOperation checks what all signed requests have in common: the URL is the key's, the query
// names this operation and nothing else, and each header that the caller sets is signed.
func checkOperation(t *testing.T, p plan, method string, operation url.Values) {
	t.Helper()
	u, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal("the URL does not parse")
	}
	if bare, _, _ := strings.Cut(p.URL, "?"); p.Method != method || bare != target.bucketURL()+"/"+p.Key {
		t.Errorf("the request is %s %s, want %s of %s", p.Method, bare, method, p.Key)
	}
	checkLifetime(t, p, u.Query())
	got := u.Query()
	maps.DeleteFunc(got, func(name string, _ []string) bool { return strings.HasPrefix(name, "X-Amz-") })
	if !maps.EqualFunc(got, operation, slices.Equal) {
		t.Errorf("the query says %q, want %q", got, operation)
	}
	if p.Headers == nil {
		t.Error("headers is missing; a client would have to know that it may be")
	}
	checkSignedHeaders(t, p, u.Query())
}

func TestPlanInParts(t *testing.T) {
	t.Parallel()
	inParts(t)
	last, limit := threshold(t), sizeLimit(t)
	for name, size := range map[string]int64{"OKSmallest": last + 1, "OKLargest": limit} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkCreate(t, planUpload(t, fields{"size": size}), size, false)
			checkCreate(t, planUpload(t, fields{"size": size, "partChecksums": true}), size, true)
		})
	}
	t.Run("OKThreshold", func(t *testing.T) { // in one piece, where partChecksums changes nothing
		t.Parallel()
		p := planUpload(t, fields{"size": last, "partChecksums": true})
		checkPlan(t, p)
		if p.Multipart != nil {
			t.Errorf("multipart is %+v", p.Multipart)
		}
	})
	t.Run("ErrSHA256", func(t *testing.T) {
		e := refused(t, uploads(t, fields{"size": last + 1, "sha256": helloSHA256}), "InvalidRequest", "sha256")
		if !strings.Contains(e.Message, "partChecksums") {
			t.Errorf("the message does not say what to do instead: %s", e.Message)
		}
	})
}

// TestUploadInParts uploads a file in parts from beginning to end, with a reload of the page in
// between.
func TestUploadInParts(t *testing.T) {
	t.Parallel()
	inParts(t)
	for name, checksums := range map[string]bool{"OK": false, "OKChecksums": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, ada, checksums)
			before := s.ask(t, s.numbers()...)
			for _, p := range before.Parts {
				if p.PartNumber != 2 {
					s.send(t, p)
				}
			}
			s.refusedCompletions(t, *before.Complete)
			if before.List != nil {
				s.checkListed(t, 2)
			}
			after := s.ask(t, 2)
			s.send(t, after.Parts[0])
			s.complete(t, *s.ask(t).Complete) // asked for with parts: []
			s.afterCompletion(t, before)
		})
	}
}

// refusedCompletions tries to complete the upload while part 2 is missing: S3 must store no object
// and keep the parts that it has.
func (s *session) refusedCompletions(t *testing.T, complete plan) {
	t.Helper()
	all := s.numbers()
	without := slices.DeleteFunc(slices.Clone(all), func(n int64) bool { return n == 2 })
	for name, c := range map[string]struct {
		body string
		want forgery
	}{
		"ErrPartMissing":  {s.completion(without...), forgery{status: 400, code: "InvalidRequest"}},
		"ErrPartUnsent":   {s.completion(all...), forgery{status: 400, code: "InvalidPart"}},
		"ErrOnlyTheFirst": {s.completion(1), forgery{status: 400, code: "InvalidRequest"}},
		"ErrOrder":        {s.completion(3, 1), forgery{status: 400, code: "InvalidPartOrder"}},
		"ErrOtherETag":    {strings.Replace(s.completion(without...), s.etags[1], s.etags[s.last()], 1), forgery{status: 400, code: "InvalidPart"}},
		"ErrNoParts":      {s.completion(), forgery{status: 400, code: "MalformedXML"}},
		"ErrNoXML":        {"parts", forgery{status: 400, code: "MalformedXML"}},
	} {
		checkRefusal(t, s3(t, complete.request(t, c.body)), c.want)
		if t.Failed() {
			t.Fatalf("in case %s", name)
		}
		checkNothingThere(t, s.plan)
	}
}

// afterCompletion sends again what was signed before completion: the object must stay as it is.
func (s *session) afterCompletion(t *testing.T, old partsAnswer) {
	t.Helper()
	gone := forgery{status: 404, code: "NoSuchUpload"}
	checkRefusal(t, s3(t, old.Parts[s.last()-1].request(t, s.content(s.last()))), gone)
	if old.List != nil {
		checkRefusal(t, s3(t, old.List.request(t, "")), gone)
		checkRefusal(t, s3(t, old.Abort.request(t, "")), gone)
	}
	// A second completion is answered like the first, and does nothing.
	if a := s3(t, old.Complete.request(t, s.completion(s.numbers()...))); a.status != 200 {
		t.Errorf("finished twice: %d %s", a.status, s3Code(a))
	}
	s.checkAssembled(t)
}

// TestAbort aborts an upload: its parts are gone, and S3 takes no more of them.
func TestAbort(t *testing.T) {
	t.Parallel()
	s, other := begin(t, ada, false), begin(t, ada, false)
	a := s.ask(t, s.last())
	if a.Abort == nil {
		t.Skip("NOT RUN against the stack of -outputs: it lets nobody abort")
	}
	s.send(t, a.Parts[0])
	other.send(t, other.ask(t, s.last()).Parts[0])
	if answer := s3(t, a.Abort.request(t, "")); answer.status != 204 {
		t.Fatalf("S3 answered %d %s", answer.status, s3Code(answer))
	}
	for name, r := range map[string]plan{"part": a.Parts[0].plan, "list": *a.List, "complete": *a.Complete, "abort": *a.Abort} {
		body := map[string]string{"part": s.content(s.last()), "complete": s.completion(s.last())}[name]
		t.Run("Err "+name, func(t *testing.T) {
			checkRefusal(t, s3(t, r.request(t, body)), forgery{status: 404, code: "NoSuchUpload"})
		})
	}
	checkNothingThere(t, s.plan)
	other.checkListedOnly(t, other.last()) // another upload is not touched
}

// TestTwoUploadsToOneKey creates two uploads with one plan, which its URL allows, and completes
// both at once. One object is stored, complete, and the other upload can't replace it.
func TestTwoUploadsToOneKey(t *testing.T) {
	t.Parallel()
	first := begin(t, ada, false)
	second := first.beginAgain(t)
	for _, s := range []*session{first, second} {
		for _, p := range s.ask(t, s.numbers()...).Parts {
			s.send(t, p)
		}
	}
	sessions, answers := []*session{first, second}, make([]answer, 2)
	var group sync.WaitGroup
	for i, s := range sessions {
		complete := s.ask(t).Complete
		group.Go(func() { answers[i] = s3(t, complete.request(t, s.completion(s.numbers()...))) })
	}
	group.Wait()
	won := slices.IndexFunc(answers, func(a answer) bool { return a.status == 200 })
	if won < 0 {
		t.Fatalf("no completion was taken: %d %s, %d %s", answers[0].status, s3Code(answers[0]), answers[1].status, s3Code(answers[1]))
	}
	winner, loser, lost := sessions[won], sessions[1-won], answers[1-won]
	accepted.Store(winner.plan.Key, true)
	if code := s3Code(lost); code != "PreconditionFailed" && code != "ConditionalRequestConflict" {
		t.Errorf("the other completion got %d %s", lost.status, code)
	}
	winner.checkAssembled(t)
	checkRefusal(t, s3(t, loser.ask(t).Complete.request(t, loser.completion(loser.numbers()...))), forgery{status: 412, code: "PreconditionFailed"})
	winner.checkAssembled(t)
}
