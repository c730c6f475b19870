package contract_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

const reference = "../../docs/api.html"

// TestReferenceIsFresh renders openapi.yaml and compares the result with docs/api.html.
func TestReferenceIsFresh(t *testing.T) {
	fresh := filepath.Join(t.TempDir(), "api.html")
	if out, err := exec.Command("./render.sh", fresh).CombinedOutput(); err != nil {
		t.Fatalf("render.sh: %v (npm ci installs what it needs)\n%s", err, out)
	}
	want, err := os.ReadFile(fresh)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/api.html is older than openapi.yaml: run make reference")
	}
}

// TestReferenceIsWhole checks that the page loads nothing else.
func TestReferenceIsWhole(t *testing.T) {
	page, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := bytes.Cut(page, []byte("<script"))
	if !bytes.Contains(head, []byte(`http-equiv="Content-Security-Policy" content="default-src 'none';`)) {
		t.Error("no policy before the first script keeps the page from calling others")
	}
	if found := regexp.MustCompile(`<(script|link|img|iframe)[^>]* (src|href)=["'][^"'#][^"']*["']`).Find(page); found != nil {
		t.Errorf("the page loads more than itself: %.200s", found)
	}
}
