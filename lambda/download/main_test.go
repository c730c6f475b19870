package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain lets a test start the real program: this binary, told to be it.
func TestMain(m *testing.M) {
	if os.Getenv("BE_THE_FUNCTION") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestStartStopsOnABadEnvironment(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{
		"BE_THE_FUNCTION=1", "UPLOAD_BUCKET=Not A Bucket", "KEY_PREFIX=uploads/", "URL_LIFETIME_SECONDS=600", "TOKEN_USE=refresh",
		"ALLOWED_ORIGINS=https://app.example.com", "USER_POOL_CLIENT_IDS=client", "AWS_REGION=eu-west-1",
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("ended with %v, want exit status 1\n%s", err, &stderr)
	}
	line := strings.TrimSuffix(stderr.String(), "\n")
	if strings.Contains(line, "\n") || stdout.Len() > 0 {
		t.Errorf("more than one line:\n%s%s", &stdout, &stderr)
	}
	for _, want := range []string{"UPLOAD_BUCKET", "TOKEN_USE"} {
		if !strings.Contains(line, want) {
			t.Errorf("%q does not name %s", line, want)
		}
	}
	if strings.Contains(line, "KEY_PREFIX") || strings.Contains(line, "wJalr") {
		t.Errorf("%q names what is right, or a secret", line)
	}
}

// Every package adds to each cold start, so what the function may be made of
// is settled here.
func TestFunctionIsMadeOfLittle(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "signpost/lambda/download").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if len(deps) < 50 {
		t.Fatalf("only %d packages are listed", len(deps))
	}
	for _, dep := range deps {
		first, _, _ := strings.Cut(dep, "/")
		switch {
		case !strings.Contains(first, "."), strings.HasPrefix(dep, "signpost/lambda/"): // the standard library, and ourselves
		case strings.HasPrefix(dep, "github.com/aws/aws-lambda-go/"), strings.HasPrefix(dep, "github.com/aws/smithy-go"):
		case dep == "github.com/aws/aws-sdk-go-v2/aws", strings.HasPrefix(dep, "github.com/aws/aws-sdk-go-v2/aws/"), strings.HasPrefix(dep, "github.com/aws/aws-sdk-go-v2/internal/"):
		default:
			t.Errorf("%s came in; it is no part of signing", dep)
		}
	}
}

// A download URL can't be made into an upload's by a function that doesn't
// know how: nothing of uploads is in the binary.
func TestFunctionHoldsNothingOfUploads(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "download")
	if out, err := exec.Command("go", "build", "-o", binary, "signpost/lambda/download").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	symbols, err := exec.Command("go", "tool", "nm", binary).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"signDownload", "readOwnKey"} {
		if !bytes.Contains(symbols, []byte("presign."+name)) && !bytes.Contains(symbols, []byte("presign.(*Handler)."+name)) {
			t.Errorf("%s is missing, so the symbols say nothing", name)
		}
	}
	for line := range strings.Lines(string(symbols)) {
		for _, name := range []string{"planUpload", "signDocument", "parsePlan", "parseQuery", "planFields", "fileType", "newKey", "parseMetadata", "signParts", "keyMemory", "upload.put"} {
			if strings.Contains(line, "signpost/lambda/presign.") && strings.Contains(line, name) {
				t.Errorf("it holds%s", line)
			}
		}
	}
}
