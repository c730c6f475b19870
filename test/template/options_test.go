package template_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signpost/infra/uploads"
	"signpost/test/template/options"
)

// TestOptions wants of each option that it adds to the default template just what its golden file
// says, and breaks no rule.
func TestOptions(t *testing.T) {
	before := synthesized(t, options.Default().Name, options.Default())
	assertInvariants(t, parse(t, before), options.Default())
	for _, option := range options.All() {
		t.Run(option.Name, func(t *testing.T) {
			stage := option.Stage()
			after := synthesized(t, option.Name, stage)
			assertInvariants(t, parse(t, after), stage)
			got := difference(t, before, after)
			path := filepath.Join("testdata", "options", option.Name+".diff")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" || got == "" {
				t.Errorf("what the option changes is not what %s says (-want +got).\n%s\nIf that is meant, run: go test ./test/template -update", path, diff)
			}
		})
	}
}

// TestOptionsAreAll wants an option for every prop and a golden file for every option, and no more.
func TestOptionsAreAll(t *testing.T) {
	set := map[string]bool{"Code": true, "DownloadCode": true} // of a stub, in every test
	var files []string
	for _, option := range options.All() {
		files = append(files, option.Name+".diff")
		one, other := reflect.ValueOf(options.Default().Uploads), reflect.ValueOf(option.Stage().Uploads)
		for i := range one.NumField() {
			if !reflect.DeepEqual(one.Field(i).Interface(), other.Field(i).Interface()) {
				set[one.Type().Field(i).Name] = true
			}
		}
	}
	for i := range reflect.TypeFor[uploads.Props]().NumField() {
		if name := reflect.TypeFor[uploads.Props]().Field(i).Name; !set[name] {
			t.Errorf("no option sets %s", name)
		}
	}
	entries, err := os.ReadDir(filepath.Join("testdata", "options"))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, entry := range entries {
		found = append(found, entry.Name())
	}
	slices.Sort(files)
	if diff := cmp.Diff(files, found); diff != "" {
		t.Errorf("the golden files of the options (-want +got):\n%s", diff)
	}
}
