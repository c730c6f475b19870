package conformance_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestBatch plans right and wrong files together. S3 stores what was planned, and what was refused
// changes nothing about the others.
func TestBatch(t *testing.T) {
	t.Parallel()
	files := []fields{
		{"filename": "first.png", "contentType": "image/png", "size": 5, "sha256": helloSHA256},
		{"filename": "page.html", "contentType": "text/html", "size": 5},
		{"filename": "same.pdf", "contentType": "application/pdf", "size": 5, "metadata": fields{"album": "Köln"}},
		{"filename": "huge.png", "contentType": "image/png", "size": int64(1 << 50)},
		{"filename": "same.pdf", "contentType": "application/pdf", "size": 0},
		{"contentType": "image/png", "size": -1},
	}
	bodies := map[int]string{0: "hello", 2: "HELLO", 4: ""}
	refusals := map[int]problem{
		1: {Code: "TypeNotAllowed", Field: "contentType"}, 3: {Code: "SizeTooLarge", Field: "size"}, 5: {Code: "InvalidRequest", Field: "filename"},
	}
	a := batch(t, files)
	entries := batchEntries(t, a)
	if len(entries) != len(files) {
		t.Fatalf("%d entries for %d files", len(entries), len(files))
	}
	for i, entry := range entries {
		if want, wrong := refusals[i]; wrong {
			var body struct{ Error apiError }
			if err := json.Unmarshal(entry, &body); err != nil {
				t.Fatal(err)
			}
			if e := body.Error; e.Code != want.Code || e.Field != want.Field || e.RequestID != a.header.Get("x-amzn-RequestId") {
				t.Errorf("file %d is refused as %+v", i, e)
			}
			continue
		}
		p := planned(t, answer{status: 200, body: entry}, 200)
		checkPlan(t, p)
		if name := files[i]["filename"].(string); !strings.HasSuffix(p.Key, "/"+name) {
			t.Errorf("file %d, %s, has the key %s", i, name, p.Key)
		}
		upload(t, p, bodies[i])
	}
	t.Run("ErrNobody", func(t *testing.T) {
		refused(t, batch(t, files, dropHeader("Authorization")), "Unauthorized", "")
	})
	t.Run("ErrNoFiles", func(t *testing.T) {
		refused(t, batch(t, []fields{}), "InvalidRequest", "files")
	})
	t.Run("ErrTooMany", func(t *testing.T) {
		refused(t, batch(t, make([]fields, 101)), "InvalidRequest", "files")
	})
}

// batch sends POST /uploads/batch.
func batch(t *testing.T, files []fields, edits ...edit) answer {
	t.Helper()
	body, err := json.Marshal(fields{"files": files})
	if err != nil {
		t.Fatal(err)
	}
	return post(t, "uploads/batch", string(body), edits...)
}

// batchEntries returns the entries of an answer to POST /uploads/batch.
func batchEntries(t *testing.T, a answer) []json.RawMessage {
	t.Helper()
	if a.status != 200 {
		t.Fatalf("status %d: %.500s", a.status, withoutQuery(string(a.body)))
	}
	var body struct{ Files []json.RawMessage }
	if err := json.Unmarshal(a.body, &body); err != nil {
		t.Fatal(err)
	}
	return body.Files
}
