package api

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"signpost/lambda/s3sign"
)

// TestBatchAgreesWithSinglePlans sends random files, right and wrong, in one batch and one by one.
// Both answer the same, but for ids, and for the signatures that depend on them.
func TestBatchAgreesWithSinglePlans(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, withKinds)
	file := rapid.Custom(func(t *rapid.T) fields {
		choose := func(name string, values ...any) any { return rapid.SampledFrom(values).Draw(t, name) }
		return goodFields().alter(fields{
			"filename":      choose("filename", "cat.png", "Köln 2026.pdf", "", 1, nil, strings.Repeat("a", 256), "a/../b.heic"),
			"contentType":   choose("contentType", "image/png", "", "text/html", "application/octet-stream", "x", null, "video/mp4;codecs=vp8,opus"),
			"size":          choose("size", 0, 1, 12345, 5*mib, 5*mib+1, int64(1)<<40, int64(1)<<60, -1, 1.5, "1"),
			"sha256":        choose("sha256", nil, null, s3sign.EmptySHA256, "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=", "x"),
			"metadata":      choose("metadata", nil, fields{"album": "2026"}, fields{"Case": "7", "author": "ada"}, fields{"a b": "c"}, []any{}),
			"partChecksums": choose("partChecksums", nil, true, false, "yes"),
			"kind":          choose("kind", nil, nil, null, "avatar", "film", "contract", "note", "movie", "", 1),
		})
	})
	rapid.Check(t, func(rt *rapid.T) {
		files := rapid.SliceOfN(file, 1, 8).Draw(rt, "files")
		all := make([]any, len(files))
		for i, f := range files {
			all[i] = f
		}
		var a batchAnswer
		answered(t, h, batchEvent(all...), 200, &a)
		if len(a.Files) != len(files) {
			rt.Fatalf("%d files for %d", len(a.Files), len(files))
		}
		for i, f := range files {
			single := handle(t, h, postEvent(f.String()))
			if diff := cmp.Diff(withoutID(t, single.Body), withoutID(t, string(a.Files[i]))); diff != "" {
				rt.Fatalf("file %d, %s (-single +batch):\n%s", i, f, diff)
			}
			if single.StatusCode == 201 {
				p := plannedFile(t, a.Files[i])
				size, _ := f["size"].(int64)
				if n, ok := f["size"].(int); ok {
					size = int64(n)
				}
				if p.Multipart != nil {
					size = 0
				}
				mustBeSigned(t, p.signedAnswer, int(size))
			}
		}
	})
}

// withoutID decodes an answer, and removes the id from its key and the key and the signature from
// its URL.
func withoutID(t testing.TB, body string) map[string]any {
	t.Helper()
	var answer map[string]any
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	if key, ok := answer["key"].(string); ok {
		_, rest, _ := strings.Cut(key, testSub+"/")
		answer["key"] = rest[26:]
		text := answer["url"].(string)
		text, _, _ = strings.Cut(text, "X-Amz-Signature=")
		answer["url"] = strings.Replace(text, key, "", 1)
	}
	return answer
}
