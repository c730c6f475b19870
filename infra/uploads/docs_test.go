package uploads_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"signpost/infra/uploads"
)

// TestEveryPropIsDocumented checks that each field of Props and of its nested types has its own
// comment, with the field's default or that it is required.
func TestEveryPropIsDocumented(t *testing.T) {
	comments := fieldComments(t)
	for _, props := range nestedTypes(reflect.TypeFor[uploads.Props]()) {
		for i := range props.NumField() {
			name := props.Name() + "." + props.Field(i).Name
			comment := comments[name]
			if !strings.HasPrefix(comment, props.Field(i).Name+" ") {
				t.Errorf("the comment of %s doesn't begin with its name: %q", name, comment)
			}
			if lines := "\n" + comment; !strings.Contains(lines, "\n\nDefault: ") && !strings.Contains(lines, "\n\nRequired") {
				t.Errorf(`the comment of %s has no paragraph that begins with "Default: " or "Required": %q`, name, comment)
			}
		}
	}
}

// nestedTypes returns a struct of this package and all those in its fields.
func nestedTypes(in reflect.Type) []reflect.Type {
	found := []reflect.Type{in}
	for i := range in.NumField() {
		field := in.Field(i).Type
		if field.Kind() == reflect.Pointer || field.Kind() == reflect.Slice {
			field = field.Elem()
		}
		if field.Kind() == reflect.Struct && field.PkgPath() == in.PkgPath() {
			found = append(found, nestedTypes(field)...)
		}
	}
	return found
}

// fieldComments returns the comments of the fields of this package's structs, by "Type.Field".
func fieldComments(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	comments := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			declared, ok := node.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if structure, ok := declared.Type.(*ast.StructType); ok {
				for _, field := range structure.Fields.List {
					if len(field.Names) == 1 {
						comments[declared.Name.Name+"."+field.Names[0].Name] = field.Doc.Text()
					}
				}
			}
			return true
		})
	}
	return comments
}
