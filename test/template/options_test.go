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

// inShort are the options that are tested with -short too: one for each kind of resource.
var inShort = []string{"alarms", "domain-in-a-zone", "existing-pool", "issuers-beside-new-pool", "malware-scan-with-key", "web-acl"}

// TestOptions: each option changes the default template exactly as its golden file says, and breaks
// no rule.
func TestOptions(t *testing.T) {
	before := synthesized(t, options.Default().Name, options.Default())
	assertInvariants(t, parse(t, before), options.Default())
	for _, option := range options.All() {
		t.Run(option.Name, func(t *testing.T) {
			if testing.Short() && !slices.Contains(inShort, option.Name) {
				t.Skip("not with -short, which tests " + strings.Join(inShort, ", "))
			}
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

// TestOptionsAreAll checks that there is an option for every field of the props and their nested
// types, and a golden file for every option, and no more.
func TestOptionsAreAll(t *testing.T) {
	set := map[string]bool{}
	var files []string
	for _, option := range options.All() {
		files = append(files, option.Name+".diff")
		setFields(reflect.ValueOf(options.Default().Uploads), reflect.ValueOf(option.Stage().Uploads), "", set)
	}
	for _, field := range []string{
		"Code", "Downloads.Code", "Listings.Code", "Deletions.Code", "Scans.Code", "Callers.Issuers.Code", // of a stub, in every test
		// The objects are in TestObjects.
		"Callers.ExistingPool.Pool", "Callers.ExistingPool.Clients", "Encryption.Key", "Domain.Certificate", "Domain.HostedZone", "Alarms.Topic", "Webhook.Secret", "AccessLogBucket", "PermissionsBoundary",
	} {
		set[field] = true
	}
	for _, field := range fieldsOf(reflect.TypeFor[uploads.Props](), "") {
		if !set[field] {
			t.Errorf("no option sets %s", field)
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

// nested is the struct that a field of the props is, or points to, or is a list of, if it is one of
// package uploads.
func nested(field reflect.Type) (reflect.Type, bool) {
	if field.Kind() == reflect.Pointer || field.Kind() == reflect.Slice {
		field = field.Elem()
	}
	return field, field.Kind() == reflect.Struct && field.PkgPath() == reflect.TypeFor[uploads.Props]().PkgPath()
}

// fieldsOf are the paths of a struct's fields, and those of its nested structs.
func fieldsOf(in reflect.Type, path string) (fields []string) {
	for i := range in.NumField() {
		field := in.Field(i)
		if inner, ok := nested(field.Type); ok {
			fields = append(fields, fieldsOf(inner, path+field.Name+".")...)
		} else {
			fields = append(fields, path+field.Name)
		}
	}
	return fields
}

// setFields adds the paths of the fields in which two structs differ. A nil pointer is its zero
// value. Of a list, the fields count that some element sets.
func setFields(one, other reflect.Value, path string, set map[string]bool) {
	for i := range one.NumField() {
		field := one.Type().Field(i)
		if inner, ok := nested(field.Type); ok && field.Type.Kind() == reflect.Slice {
			for j := range other.Field(i).Len() {
				setFields(reflect.Zero(inner), other.Field(i).Index(j), path+field.Name+".", set)
			}
		} else if ok {
			setFields(orZeroOf(inner, one.Field(i)), orZeroOf(inner, other.Field(i)), path+field.Name+".", set)
		} else if !reflect.DeepEqual(one.Field(i).Interface(), other.Field(i).Interface()) {
			set[path+field.Name] = true
		}
	}
}

func orZeroOf(inner reflect.Type, value reflect.Value) reflect.Value {
	if value.Kind() != reflect.Pointer {
		return value
	}
	if value.IsNil() {
		return reflect.Zero(inner)
	}
	return value.Elem()
}
