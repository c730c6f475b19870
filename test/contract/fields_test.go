package contract_test

import (
	"go/ast"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFields compares the fields that the functions read with the schemas'. A field that is only in
// the code can't be found by trying requests.
func TestFields(t *testing.T) {
	read := map[string][]string{} // by the function that reads them
	inspectAPI(t, func(n ast.Node) {
		function, ok := n.(*ast.FuncDecl)
		if !ok {
			return
		}
		ast.Inspect(function, func(n ast.Node) bool {
			if list, ok := n.(*ast.CompositeLit); ok && isFieldList(list.Type) {
				read[function.Name.Name] = fieldNames(t, list)
			}
			return true
		})
	})
	parts := bodySchema("/uploads/parts").Properties
	documented := map[string][]string{
		"readUpload":     slices.Sorted(maps.Keys(bodySchema("/uploads").Properties)),
		"parseBatch":     slices.Sorted(maps.Keys(bodySchema("/uploads/batch").Properties)),
		"parseParts":     slices.Sorted(maps.Keys(parts)),
		"readPart":       slices.Sorted(maps.Keys(parts["parts"].Value.Items.Value.Properties)),
		"parseDownload":  slices.Sorted(maps.Keys(bodySchema("/downloads").Properties)),
		"parseListing":   slices.Sorted(maps.Keys(bodySchema("/listings").Properties)),
		"parseDeletions": slices.Sorted(maps.Keys(bodySchema("/deletions").Properties)),
		"parseScan":      slices.Sorted(maps.Keys(bodySchema("/scans").Properties)),
	}
	for _, parameter := range openAPI.Operation("GET", documentPath).Parameters {
		documented["parseDocument"] = append(documented["parseDocument"], parameter.Value.Name)
	}
	slices.Sort(documented["parseDocument"])
	if diff := cmp.Diff(read, documented); diff != "" {
		t.Errorf("the fields that are read and openapi.yaml's differ (-read +openapi.yaml):\n%s", diff)
	}
}

// isFieldList reports the type []field.
func isFieldList(typ ast.Expr) bool {
	array, ok := typ.(*ast.ArrayType)
	if !ok {
		return false
	}
	name, ok := array.Elt.(*ast.Ident)
	return ok && name.Name == "field"
}

// fieldNames returns the names in a list of fields, sorted.
func fieldNames(t *testing.T, list *ast.CompositeLit) (names []string) {
	t.Helper()
	for _, element := range list.Elts {
		for _, member := range element.(*ast.CompositeLit).Elts {
			pair := member.(*ast.KeyValueExpr)
			if pair.Key.(*ast.Ident).Name != "name" {
				continue
			}
			name, err := strconv.Unquote(pair.Value.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
