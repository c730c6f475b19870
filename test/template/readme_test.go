package template_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signpost/infra/uploads"
	"signpost/test/template/synth"
)

// TestReadmeHasEveryProp wants the README's table of props to name each of them once, and no other.
func TestReadmeHasEveryProp(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(synth.Root(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(text), "\n| prop | what it says | default |\n")
	if !ok {
		t.Fatal("README.md has no table of props")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	var got, want []string
	for row := range strings.SplitSeq(table, "\n") {
		cells := strings.Split(row, "|")
		if len(cells) < 2 {
			continue
		}
		for _, name := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(cells[1], -1) {
			got = append(got, name[1])
		}
	}
	props := reflect.TypeFor[uploads.Props]()
	for i := range props.NumField() {
		want = append(want, props.Field(i).Name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("README.md's props (-want +got):\n%s", diff)
	}
}
