package function

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// environment is that of every function, with three mistakes.
var environment = []string{
	"UPLOAD_BUCKET=Not A Bucket", "KEY_PREFIX=uploads/", "URL_LIFETIME_SECONDS=600", "MAX_SIZE_BYTES=lots", "ALLOWED_TYPES=image/*",
	"ALLOWED_ORIGINS=https://app.example.com", "USER_POOL_CLIENT_IDS=client", "AWS_REGION=Mars",
	"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}

// mains are the real programs, with the variables that they must complain of, symbols that only
// their own binary has, and modules that only they may use.
var mains = []struct {
	name     string
	problems []string
	holds    []string
	uses     []string
}{
	{"upload", []string{"UPLOAD_BUCKET", "AWS_REGION", "MAX_SIZE_BYTES"},
		[]string{"api.(*uploads).plan", "api.(*uploads).signDocument", "api.(*uploads).signParts", "api.parseUpload", "api.parseDocument", "api.parseParts",
			"api.readFileType", "api.readMetadata", "key.New", "key.NewMultipart", "s3sign.PutObject", "s3sign.CreateMultipartUpload"}, nil},
	{"download", []string{"UPLOAD_BUCKET", "AWS_REGION"},
		[]string{"api.(*files).signDownload", "api.parseDownload", "api.(*downloadRequest).check"}, nil},
	{"list", []string{"UPLOAD_BUCKET", "AWS_REGION"},
		[]string{"api.(*files).signListing", "api.parseListing", "s3sign.ListObjectsV2"}, nil},
	{"delete", []string{"UPLOAD_BUCKET", "AWS_REGION"},
		[]string{"api.(*files).signDeletions", "api.parseDeletions", "api.(*deletionsRequest).readKeys"}, nil},
	{"scan", []string{"UPLOAD_BUCKET", "AWS_REGION"},
		[]string{"api.(*files).signScan", "api.parseScan", "api.(*scanRequest).readKey"}, nil},
	{"authorize", []string{"ISSUERS"},
		[]string{"authorizer.(*Authorizer).Authorize", "authorizer.signingKeys", "authorizer.source.get"},
		[]string{"github.com/golang-jwt/jwt/v5", "github.com/MicahParks/jwkset", "golang.org/x/time/rate"}},
}

func TestMains(t *testing.T) {
	t.Parallel()
	symbols := map[string][]string{}
	for _, main := range mains {
		if _, err := os.ReadFile("../" + main.name + "/main.go"); err != nil { // go test's cache notices what a test reads
			t.Fatal(err)
		}
		binary := filepath.Join(t.TempDir(), main.name)
		if out, err := exec.Command("go", "build", "-o", binary, "signpost/lambda/"+main.name).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		checkBadStart(t, binary, main.name, main.problems)
		symbols[main.name] = symbolsOf(t, binary)
	}
	// A function without the code of another can't be made to do the other's work.
	for _, main := range mains {
		for _, symbol := range main.holds {
			for name, held := range symbols {
				if has := slices.Contains(held, "signpost/lambda/"+symbol); has != (name == main.name) {
					t.Errorf("%s in the function %s: %v", symbol, name, has)
				}
			}
		}
	}
}

// checkBadStart checks that a start in a bad environment ends with one line that names everything
// that is wrong.
func checkBadStart(t *testing.T, binary, name string, problems []string) {
	t.Helper()
	cmd := exec.Command(binary)
	cmd.Env = environment
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("%s ended with %v, want exit status 1\n%s", name, err, &stderr)
	}
	line := strings.TrimSuffix(stderr.String(), "\n")
	if strings.Contains(line, "\n") || stdout.Len() > 0 || !strings.HasPrefix(line, name+": cannot start: ") {
		t.Errorf("not one line that says which function it is:\n%s%s", &stdout, &stderr)
	}
	for _, want := range problems {
		if !strings.Contains(line, want+": ") {
			t.Errorf("%q does not name %s", line, want)
		}
	}
	if strings.Contains(line, "KEY_PREFIX") || strings.Contains(line, "wJalr") {
		t.Errorf("%q names what is right, or a secret", line)
	}
}

func symbolsOf(t *testing.T, binary string) (symbols []string) {
	t.Helper()
	out, err := exec.Command("go", "tool", "nm", binary).Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		symbols = append(symbols, fields[len(fields)-1])
	}
	return symbols
}

// Every package adds to each cold start, so this is the list of what a function may consist of.
func TestFunctionsAreMadeOfLittle(t *testing.T) {
	t.Parallel()
	for _, main := range mains {
		for _, dep := range dependencies(t, "signpost/lambda/"+main.name) {
			first, _, _ := strings.Cut(dep, "/")
			switch {
			case !strings.Contains(first, "."), strings.HasPrefix(dep, "signpost/"): // the standard library, and this module
			case slices.Contains(main.uses, dep):
			case strings.HasPrefix(dep, "github.com/aws/aws-lambda-go/"), strings.HasPrefix(dep, "github.com/aws/smithy-go"):
			case dep == "github.com/aws/aws-sdk-go-v2/aws", strings.HasPrefix(dep, "github.com/aws/aws-sdk-go-v2/aws/"), strings.HasPrefix(dep, "github.com/aws/aws-sdk-go-v2/internal/"):
			default:
				t.Errorf("%s depends on %s, which it doesn't need", main.name, dep)
			}
		}
	}
}

// The packages form layers: each may import only those before it. The two sorts of function, those
// that sign and the one that verifies tokens, have nothing of each other.
func TestPackagesPointOneWay(t *testing.T) {
	t.Parallel()
	common := []string{"ascii", "mediatype", "config", "key", "identity"}
	for i, name := range common {
		checkImports(t, name, common[:i+1])
		for _, dep := range dependencies(t, "signpost/lambda/"+name) {
			first, _, _ := strings.Cut(dep, "/")
			if strings.Contains(first, ".") && !strings.HasPrefix(dep, "signpost/") {
				t.Errorf("lambda/%s imports %s: only the standard library may be used there", name, dep)
			}
		}
	}
	signing := slices.Concat(common, []string{"s3sign", "api", "function"})
	for i := len(common); i < len(signing); i++ {
		checkImports(t, signing[i], signing[:i+1])
	}
	checkImports(t, "authorizer", slices.Concat(common, []string{"authorizer"}))
}

// checkImports checks that a package uses no other of this module than the allowed ones.
func checkImports(t *testing.T, name string, allowed []string) {
	t.Helper()
	for _, dep := range dependencies(t, "signpost/lambda/"+name) {
		if own, isOwn := strings.CutPrefix(dep, "signpost/"); isOwn && !slices.Contains(allowed, strings.TrimPrefix(own, "lambda/")) {
			t.Errorf("lambda/%s imports %s", name, dep)
		}
	}
}

func dependencies(t *testing.T, name string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if len(deps) < 2 {
		t.Fatalf("only %d packages are listed for %s", len(deps), name)
	}
	return deps
}

// rightEnvironment is the environment without its mistakes.
func rightEnvironment() map[string]string {
	env := map[string]string{}
	for _, pair := range environment {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	env["UPLOAD_BUCKET"], env["AWS_REGION"], env["MAX_SIZE_BYTES"] = "bucket", "eu-west-1", "5"
	return env
}

// The signer of each function gets the setting: it refuses a region that has no acceleration,
// unless the URLs go to the local run anyway.
func TestTransferAcceleration(t *testing.T) {
	t.Parallel()
	env := rightEnvironment()
	env["AWS_REGION"], env["TRANSFER_ACCELERATION"] = "cn-north-1", "true"
	for _, build := range []Builder{Upload, Download, List, Delete, Scan} {
		if _, err := build(func(name string) string { return env[name] }, "", slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "S3 Transfer Acceleration") {
			t.Errorf("a region of China: %v", err)
		}
		if _, err := build(func(name string) string { return env[name] }, "http://127.0.0.1:7070", slog.New(slog.DiscardHandler)); err != nil {
			t.Error(err)
		}
	}
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	env := rightEnvironment()
	for _, build := range []Builder{Upload, Download, List, Delete, Scan} {
		if _, err := build(func(name string) string { return env[name] }, "127.0.0.1:7070", slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "endpoint: ") {
			t.Errorf("an endpoint without a scheme: %v", err)
		}
		if _, err := build(func(name string) string { return env[name] }, "http://127.0.0.1:7070", slog.New(slog.DiscardHandler)); err != nil {
			t.Error(err)
		}
	}
}
