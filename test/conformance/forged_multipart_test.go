package conformance_test

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// checkForged sends forgeries of one request. S3 must refuse each, and the upload must stay as it
// is.
func checkForged(t *testing.T, s *session, p plan, body string, forgeries map[string]forgery, sent ...int64) {
	t.Helper()
	for name, f := range forgeries {
		t.Run(name, func(t *testing.T) {
			checkRefusal(t, s3(t, p.request(t, body, f.change)), f)
			checkNothingThere(t, s.plan)
			s.checkListedOnly(t, sent...)
		})
	}
}

func TestForgedCreate(t *testing.T) {
	t.Parallel()
	s := begin(t, ada, true)
	checkForged(t, s, s.plan, "", map[string]forgery{
		"ErrPUT":                 {change: allOf(setMethod("PUT"), setBody("hello"))},
		"ErrPutObject":           {change: allOf(setMethod("PUT"), setBody("hello"), dropQuery("uploads"))},
		"ErrListUploads":         {change: urlAlone("GET"), status: 400, code: "InvalidRequest", onAWS: "SignatureDoesNotMatch"},
		"ErrDELETE":              {change: urlAlone("DELETE")},
		"ErrComplete":            {change: allOf(dropQuery("uploads"), setQuery("uploadId", s.id))},
		"ErrUploadPart":          {change: allOf(setMethod("PUT"), dropQuery("uploads"), setQuery("uploadId", s.id), setQuery("partNumber", "1"))},
		"ErrOtherUser":           {change: setPath(replace(ada.sub, grace.sub))},
		"ErrOtherName":           {change: setPath(replace("cat.png", "dog.png"))},
		"ErrOtherSize":           {change: setPath(replace("-"+strconv.FormatInt(s.size, 36), "-zzzzzz"))},
		"ErrTypeChanged":         {change: setHeader("Content-Type", "text/html")},
		"ErrDispositionDropped":  {change: dropHeader("Content-Disposition")},
		"ErrDispositionChanged":  {change: setHeader("Content-Disposition", "inline")},
		"ErrChecksumsDropped":    {change: dropHeader("x-amz-checksum-algorithm")},
		"ErrChecksumsOtherKind":  {change: setHeader("x-amz-checksum-algorithm", "CRC32")},
		"ErrChecksumsFullObject": {change: setHeader("x-amz-checksum-type", "FULL_OBJECT"), code: notSigned, onAWS: "SignatureDoesNotMatch"},
		"ErrACL":                 {change: setHeader("x-amz-acl", "public-read"), code: notSigned, onAWS: "SignatureDoesNotMatch"},
		"ErrMetadataAdded":       {change: setHeader("x-amz-meta-owner", "me"), code: notSigned, onAWS: "SignatureDoesNotMatch"},
	})
}

func TestForgedPart(t *testing.T) {
	t.Parallel()
	s, other := begin(t, ada, false), begin(t, ada, false)
	p := s.ask(t, s.last()).Parts[0]
	body := s.content(s.last())
	checkForged(t, s, p.plan, body, map[string]forgery{
		"ErrLonger":        {change: setBody(body + "x")},
		"ErrFullPart":      {change: bigBody(s.plan.Multipart.PartSize)},
		"ErrFarLonger":     {change: bigBody(8 * s.plan.Multipart.PartSize)},
		"ErrShorter":       {change: setBody(body[1:])},
		"ErrNothing":       {change: setBody("")},
		"ErrChunked":       {change: chunked, onAWS: "NotImplemented"},
		"ErrOtherPart":     {change: setQuery("partNumber", "1")},
		"ErrPartBehind":    {change: setQuery("partNumber", strconv.FormatInt(s.last()+1, 10))},
		"ErrPartZero":      {change: setQuery("partNumber", "0")},
		"ErrPartSpelling":  {change: setQuery("partNumber", "0"+strconv.FormatInt(s.last(), 10))},
		"ErrPartDropped":   {change: dropQuery("partNumber"), status: 405, code: "MethodNotAllowed", onAWS: "SignatureDoesNotMatch"},
		"ErrIDDropped":     {change: dropQuery("uploadId"), status: 400, code: "InvalidArgument", onAWS: "SignatureDoesNotMatch"},
		"ErrPutObject":     {change: allOf(dropQuery("uploadId"), dropQuery("partNumber"))},
		"ErrOtherUpload":   {change: setQuery("uploadId", other.id)},
		"ErrOtherKey":      {change: setPath(func(path string) string { return strings.Replace(path, s.plan.Key, other.plan.Key, 1) })},
		"ErrOtherUser":     {change: setPath(replace(ada.sub, grace.sub))},
		"ErrGET":           {change: urlAlone("GET")},
		"ErrDELETE":        {change: urlAlone("DELETE")},
		"ErrComplete":      {change: allOf(setMethod("POST"), dropQuery("partNumber"), setBody(s.completion()))},
		"ErrCopy":          {change: allOf(setHeader("x-amz-copy-source", "/"+target.UploadBucketName+"/uploads/x"), setBody("")), code: notSigned, onAWS: "SignatureDoesNotMatch"},
		"ErrChecksumAdded": {change: setHeader("x-amz-checksum-sha256", helloSHA256), code: notSigned, onAWS: "SignatureDoesNotMatch"},
		"ErrTokenDropped":  {change: dropQuery("X-Amz-Security-Token"), status: 400, code: "InvalidToken", onAWS: "InvalidAccessKeyId"},
	})
	other.checkListedOnly(t)
	t.Run("OKAfterwards", func(t *testing.T) {
		s.send(t, p)
		s.send(t, p) // again, as after a lost answer: it stays one part
		s.checkListedOnly(t, s.last())
	})
}

func TestForgedPartWithChecksum(t *testing.T) {
	t.Parallel()
	s := begin(t, ada, true)
	p := s.ask(t, s.last()).Parts[0]
	body := s.content(s.last())
	checkForged(t, s, p.plan, body, map[string]forgery{
		"ErrOtherBytes":      {change: setBody(strings.ToUpper(body)), status: 400, code: "BadDigest"},
		"ErrOtherSum":        {change: allOf(setBody("hello"), setHeader("x-amz-checksum-sha256", helloSHA256))},
		"ErrChecksumDropped": {change: dropHeader("x-amz-checksum-sha256")},
		"ErrOtherKind":       {change: allOf(dropHeader("x-amz-checksum-sha256"), setHeader("x-amz-checksum-crc32", "NhCmhg==")), code: notSigned, onAWS: "SignatureDoesNotMatch"},
	})
	t.Run("OKAfterwards", func(t *testing.T) {
		s.send(t, p)
		s.checkListedOnly(t, s.last())
	})
}

// TestForgedEnd forges completion, abort and list of an upload of which only the last part was
// sent.
func TestForgedEnd(t *testing.T) {
	t.Parallel()
	s, other := begin(t, ada, false), begin(t, ada, false)
	a := s.ask(t, s.last())
	s.send(t, a.Parts[0])
	body := s.completion(s.last())
	otherKey := setPath(func(path string) string { return strings.Replace(path, s.plan.Key, other.plan.Key, 1) })
	forgeries := map[string]forgery{
		"ErrNotTheWhole":        {change: allOf(), status: 400, code: "InvalidRequest"},
		"ErrSizeChanged":        {change: setHeader("x-amz-mp-object-size", "5")},
		"ErrSizeDropped":        {change: dropHeader("x-amz-mp-object-size")},
		"ErrNoOverwriteDropped": {change: dropHeader("If-None-Match")},
		"ErrNoOverwriteChanged": {change: setHeader("If-None-Match", `"x"`)},
		"ErrIfMatchInstead":     {change: allOf(dropHeader("If-None-Match"), setHeader("If-Match", `"x"`))},
		"ErrTypeChanged":        {change: setHeader("Content-Type", "text/html")},
		"ErrOtherUpload":        {change: setQuery("uploadId", other.id)},
		"ErrOtherKey":           {change: otherKey},
		"ErrCreate":             {change: allOf(dropQuery("uploadId"), setQuery("uploads", ""))},
		"ErrPUT":                {change: setMethod("PUT"), status: 405, code: "MethodNotAllowed", onAWS: "SignatureDoesNotMatch"},
		"ErrDELETE":             {change: urlAlone("DELETE")},
		"ErrGET":                {change: urlAlone("GET")},
	}
	t.Run("Complete", func(t *testing.T) { checkForged(t, s, *a.Complete, body, forgeries, s.last()) })
	if a.List == nil {
		return
	}
	t.Run("Abort", func(t *testing.T) {
		checkForged(t, s, *a.Abort, "", map[string]forgery{
			"ErrOtherUpload":  {change: setQuery("uploadId", other.id)},
			"ErrOtherKey":     {change: otherKey},
			"ErrDeleteObject": {change: dropQuery("uploadId")},
			"ErrPUT":          {change: allOf(setMethod("PUT"), setBody("hello")), status: 405, code: "MethodNotAllowed", onAWS: "SignatureDoesNotMatch"},
			"ErrGET":          {change: setMethod("GET")},
		}, s.last())
	})
	t.Run("List", func(t *testing.T) {
		checkForged(t, s, *a.List, "", map[string]forgery{
			"ErrOtherUpload": {change: setQuery("uploadId", other.id)},
			"ErrOtherKey":    {change: otherKey},
			"ErrGetObject":   {change: allOf(dropQuery("uploadId"), dropQuery("max-parts"))},
			"ErrMarker":      {change: setQuery("part-number-marker", "1")},
			"ErrDELETE":      {change: setMethod("DELETE")},
			"ErrPUT":         {change: allOf(setMethod("PUT"), setBody("hello")), status: 405, code: "MethodNotAllowed", onAWS: "SignatureDoesNotMatch"},
		}, s.last())
	})
	other.checkListedOnly(t)
}

// TestForeignUpload has requests signed that belong to no upload, which the function does for any
// uploadId and any well-formed key of the caller's: S3 binds an uploadId to the key that it was
// created for.
func TestForeignUpload(t *testing.T) {
	t.Parallel()
	mine, other, foreign := begin(t, ada, false), begin(t, ada, false), begin(t, grace, false)
	for _, s := range []*session{mine, other, foreign} {
		s.send(t, s.ask(t, s.last()).Parts[0])
	}
	altered := func(old, new string) string { return strings.Replace(mine.plan.Key, old, new, 1) }
	digits := strconv.FormatInt(mine.size, 36)
	folder := fmt.Sprintf("../%x/", sha256.Sum256([]byte(foreign.plan.Key))) // where a store that keeps uploads in files could have them
	for name, c := range map[string]struct {
		key, id string
		size    int64
	}{
		"ErrOtherUsersUpload": {mine.plan.Key, foreign.id, mine.size},
		"ErrOtherOwnUpload":   {mine.plan.Key, other.id, mine.size},
		"ErrLargerSize":       {altered("-"+digits, "-"+strconv.FormatInt(mine.size+1, 36)), mine.id, mine.size + 1},
		"ErrSmallerSize":      {altered("-"+digits, "-"+strconv.FormatInt(mine.size-1, 36)), mine.id, mine.size - 1},
		"ErrOtherName":        {altered("cat.png", "dog.png"), mine.id, mine.size},
		"ErrUnknownUpload":    {mine.plan.Key, "none", mine.size},
		"ErrTraversal":        {mine.plan.Key, folder + foreign.id, mine.size},
		"ErrSpelling":         {mine.plan.Key, "./" + mine.id, mine.size},
	} {
		t.Run(name, func(t *testing.T) {
			a := checkParts(t, parts(t, fields{"key": c.key, "uploadId": c.id, "parts": numbered(int(mine.last()))}), c.key, c.id, c.size, mine.last())
			want := forgery{status: 404, code: "NoSuchUpload"}
			checkRefusal(t, s3(t, a.Parts[0].request(t, strings.Repeat("x", int(a.Parts[0].Size)))), want)
			checkRefusal(t, s3(t, a.Complete.request(t, foreign.completion(foreign.last()))), want)
			if a.List != nil {
				checkRefusal(t, s3(t, a.List.request(t, "")), want)
				checkRefusal(t, s3(t, a.Abort.request(t, "")), want)
			}
			for _, s := range []*session{mine, other, foreign} {
				s.checkListedOnly(t, s.last())
				checkNothingThere(t, s.plan)
			}
		})
	}
}
