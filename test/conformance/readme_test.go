package conformance_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// transcriptBlock is the README's shell block that uploads without a browser. It begins with these
// two lines of values.
var transcriptBlock = regexp.MustCompile("(?ms)^```sh\n(API=\\S+ COGNITO=\\S+\nCLIENT=\\S+ USERNAME=\\S+ PASSWORD=\\S+\n)(.*?)^```$")

// TestReadmeTranscript runs the README's transcript with other values in its first two lines: curl
// is a client that shares no code with this project.
func TestReadmeTranscript(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join(projectRoot, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := transcriptBlock.FindSubmatch(readme)
	if block == nil {
		t.Fatal("README.md has no sh block that begins with API=… COGNITO=… and CLIENT=… USERNAME=… PASSWORD=…")
	}
	if target.Local == nil {
		t.Skip("NOT RUN against the stack of -outputs: the transcript signs in with a password, which only the local run lets one do")
	}
	l := target.Local
	values := "API=" + target.ApiUrl + " COGNITO=" + l.CognitoEndpoint + "\n" +
		"CLIENT=" + target.UserPoolClientId + " USERNAME=" + l.Users[0].Username + " PASSWORD=" + l.Users[0].Password + "\n"
	if mainRun != nil && !strings.Contains(unindent(mainRun.stdout.String()), values+string(block[2])) {
		t.Error("the local run prints another transcript than the README shows")
	}
	shell := exec.Command("bash", "-c", values+string(block[2]))
	shell.Dir = t.TempDir()
	shell.Env = append(os.Environ(), "PATH="+filepath.Join(projectRoot, "node_modules/.bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	output, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, withoutQuery(string(output)))
	}
	last := strings.TrimSpace(string(output))
	key, ok := strings.CutPrefix(last[strings.LastIndex(last, "\n")+1:], "stored: ")
	if !ok || !strings.HasPrefix(key, "uploads/"+ada.sub+"/") || !strings.HasSuffix(key, "/hello.txt") {
		t.Fatalf("the transcript ended with %s", withoutQuery(last))
	}
	accepted.Store(key, true)
	if mainRun == nil {
		return
	}
	o, err := objectAt(mainRun, key)
	if err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(filePath(mainRun, key)); err != nil || string(content) != "Hello, S3!\n" {
		t.Errorf("the object holds %q: %v", content, err)
	}
	if o.contentType != "text/plain" || !strings.Contains(o.disposition, "hello.txt") {
		t.Errorf("the object was stored as %q, %q", o.contentType, o.disposition)
	}
}

// unindent removes the margin that the local run prints before the transcript.
func unindent(text string) string {
	return regexp.MustCompile("(?m)^    ").ReplaceAllString(text, "")
}
