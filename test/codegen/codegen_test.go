// Package codegen_test generates a Go client from openapi.yaml, compiles it, and checks that its
// operations and types have the names that a person would give them.
//
// It is a module of its own, because oapi-codegen needs another version of kin-openapi than
// Signpost does:
//
//	cd test/codegen && go test ./...
package codegen_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "github.com/oapi-codegen/runtime" // for the generated code: go mod tidy keeps it
)

const contractFile = "../../openapi.yaml"

// TestGeneratedClientCompiles builds the generated client together with testdata/upload.go, which
// uses it.
func TestGeneratedClientCompiles(t *testing.T) {
	client := generate(t)
	dir := filepath.Dir(client)
	for _, name := range []string{"go.mod", "go.sum", "testdata/upload.go"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	vet := exec.Command("go", "vet", ".")
	vet.Dir = dir
	if out, err := vet.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestGeneratedNames lists what a user of the generated client meets. OPTIONS, which browsers send
// by themselves, is no operation.
func TestGeneratedNames(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), generate(t), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	wantOperations := []string{"GetLimits", "PlanUpload", "PlanUploads", "SignDeletions", "SignDocument", "SignDownload", "SignListing", "SignParts", "SignScan"}
	if diff := cmp.Diff(wantOperations, operations(file)); diff != "" {
		t.Errorf("operations (-want +generated):\n%s", diff)
	}
	wantTypes := []string{
		"BatchEntry", "BatchPlan", "BatchRequest", "DeletionsRequest", "Disposition", "DownloadRequest", "ErrorCode", "ErrorDetails", "ErrorResponse", "ExpiresAt",
		"ExpiresIn", "Features", "Key", "Kind", "KindLimits", "Limits", "ListingRequest", "MediaType", "Metadata", "Method", "MultipartPlan", "PartLayout", "PartRequest", "PartsRequest", "Problem", "PutPlan", "SHA256", "ScanRequest", "SignDocumentParams",
		"SignedDeletion", "SignedDeletions", "SignedDownload", "SignedHeaders", "SignedListing", "SignedPart", "SignedParts", "SignedRequest", "SignedScan", "SignedURL", "UploadPlan", "UploadRequest",
		"UploadScannedJSONBody", "UploadScannedJSONBodyScan", "UploadScannedJSONBodyType", "UploadStoredJSONBody", "UploadStoredJSONBodyType",
		"WebhookInitiator", "WebhookInitiatorInterface", "WebhookInitiatorOption", // to send webhooks
	}
	if diff := cmp.Diff(wantTypes, contractTypes(t, file)); diff != "" {
		t.Errorf("types (-want +generated):\n%s", diff)
	}
}

// generate writes the client's source to a new folder and returns the file's path.
func generate(t *testing.T) string {
	t.Helper()
	client := filepath.Join(t.TempDir(), "client.go")
	if out, err := exec.Command("go", "tool", "oapi-codegen", "-generate", "types,client", "-package", "signpost", "-o", client, contractFile).CombinedOutput(); err != nil {
		t.Fatalf("oapi-codegen: %v\n%s", err, out)
	}
	return client
}

// operations are the methods of the generated ClientInterface. Each operation with a body has a
// second one, for a body that is written by hand.
func operations(file *ast.File) []string {
	var names []string
	for name, spec := range types(file) {
		if body, ok := spec.Type.(*ast.InterfaceType); ok && name == "ClientInterface" {
			for _, method := range body.Methods.List {
				if operation := method.Names[0].Name; !strings.HasSuffix(operation, "WithBody") {
					names = append(names, operation)
				}
			}
		}
	}
	slices.Sort(names)
	return names
}

// contractTypes are the types that stand for something in the contract. It leaves out the client's
// machinery, a wrapper for each operation's response and request, and further names of
// ErrorResponse.
func contractTypes(t *testing.T, file *ast.File) []string {
	t.Helper()
	var names []string
	for name, spec := range types(file) {
		if isMachinery(name) {
			continue
		}
		if alias, ok := spec.Type.(*ast.Ident); ok && alias.Name == "ErrorResponse" {
			continue
		}
		if object, ok := spec.Type.(*ast.StructType); ok {
			checkNoInlineTypes(t, name, object)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func isMachinery(name string) bool {
	switch name {
	case "Client", "ClientInterface", "ClientOption", "ClientWithResponses", "ClientWithResponsesInterface", "HttpRequestDoer", "RequestEditorFn":
		return true
	}
	for _, suffix := range []string{"Headers", "Response", "JSONRequestBody"} {
		if strings.HasSuffix(name, suffix) && name != "SignedHeaders" && name != "ErrorResponse" {
			return true
		}
	}
	return false
}

// checkNoInlineTypes finds fields whose type has no name.
func checkNoInlineTypes(t *testing.T, name string, object *ast.StructType) {
	t.Helper()
	for _, field := range object.Fields.List {
		ast.Inspect(field.Type, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.StructType:
				t.Errorf("%s.%s is a struct without a name", name, field.Names[0].Name)
			case *ast.InterfaceType:
				t.Errorf("%s.%s may be anything", name, field.Names[0].Name)
			}
			return true
		})
	}
}

func types(file *ast.File) map[string]*ast.TypeSpec {
	specs := map[string]*ast.TypeSpec{}
	for _, declaration := range file.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range general.Specs {
			if spec, ok := spec.(*ast.TypeSpec); ok {
				specs[spec.Name.Name] = spec
			}
		}
	}
	return specs
}
