package contract_test

import (
	"go/ast"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFields compares the fields that the function reads with the schemas'. A
// field that is in the code alone can't be found by trying requests.
func TestFields(t *testing.T) {
	read := map[string][]string{} // by the variable that lists them
	inspectPresign(t, func(spec *ast.ValueSpec) {
		for i, value := range spec.Values {
			if list, ok := value.(*ast.CompositeLit); ok && isFieldList(list.Type) {
				for _, element := range list.Elts {
					name, err := strconv.Unquote(element.(*ast.CompositeLit).Elts[0].(*ast.BasicLit).Value)
					if err != nil {
						t.Fatal(err)
					}
					read[spec.Names[i].Name] = append(read[spec.Names[i].Name], name)
				}
			}
		}
	})
	documented := map[string][]string{}
	for list, path := range map[string]string{"planFields": "/uploads", "partsFields": "/uploads/parts", "downloadFields": "/downloads"} {
		documented[list] = slices.Sorted(maps.Keys(bodySchema(path).Properties))
	}
	for _, names := range read {
		slices.Sort(names)
	}
	if diff := cmp.Diff(read, documented); diff != "" {
		t.Errorf("the fields that are read and openapi.yaml's differ (-read +openapi.yaml):\n%s", diff)
	}
}

// isFieldList reports the type []field[T].
func isFieldList(typ ast.Expr) bool {
	array, ok := typ.(*ast.ArrayType)
	if !ok {
		return false
	}
	generic, ok := array.Elt.(*ast.IndexExpr)
	if !ok {
		return false
	}
	name, ok := generic.X.(*ast.Ident)
	return ok && name.Name == "field"
}
