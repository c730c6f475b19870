package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// cognitoScript starts cognito-local, from the project's root.
const cognitoScript = "node_modules/cognito-local/lib/bin/start.js"

// projectRoot finds the folder with the project's go.mod at or above the working directory.
func projectRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && bytes.HasPrefix(mod, []byte("module signpost\n")) {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("run this inside the Signpost project: no go.mod of module signpost at or above the working directory")
		}
		dir = parent
	}
}

// findNode gives the Node that package.json pins, or else the one in PATH.
func findNode(root string) (string, error) {
	if _, err := os.Stat(filepath.Join(root, cognitoScript)); err != nil {
		return "", errors.New("node_modules is not complete: run `npm ci` first (`make local` does)")
	}
	if node, err := exec.LookPath(filepath.Join(root, "node_modules/.bin/node")); err == nil {
		return node, nil
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return "", errors.New("no Node.js was found: run `npm ci` (it brings its own), or install Node.js 22")
	}
	return node, nil
}

// synthesize runs the CDK app as the CDK CLI would, and gives the stack's name and its template's path.
func synthesize(ctx context.Context, root, out, stage, pagePort string) (stackName, template string, err error) {
	var config struct {
		App     string         `json:"app"`
		Context map[string]any `json:"context"`
	}
	raw, err := os.ReadFile(filepath.Join(root, "cdk.json"))
	if err != nil {
		return "", "", err
	}
	if err := json.Unmarshal(raw, &config); err != nil {
		return "", "", fmt.Errorf("cdk.json: %w", err)
	}
	cdkContext := maps.Clone(config.Context)
	cdkContext["stage"] = stage
	if pagePort != "" && stage == "local" {
		cdkContext["pagePort"] = pagePort
	}
	encoded, err := json.Marshal(cdkContext)
	if err != nil {
		return "", "", err
	}
	command := strings.Fields(config.App)
	app := exec.CommandContext(ctx, command[0], command[1:]...)
	app.Dir = root
	app.Env = append(os.Environ(),
		"CDK_OUTDIR="+out,
		"CDK_CONTEXT_JSON="+string(encoded),
		"PATH="+filepath.Join(root, "node_modules/.bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	endWithChildren(app)
	var said bytes.Buffer
	app.Stdout, app.Stderr = &said, &said
	if err := app.Run(); err != nil {
		if ctx.Err() != nil {
			return "", "", ctx.Err()
		}
		return "", "", fmt.Errorf("the template of stage %s cannot be synthesized:\n%s", stage, withoutExitStatus(said.String()))
	}
	return findTemplate(out)
}

// findTemplate reads the cloud assembly's manifest for its one stack.
func findTemplate(out string) (stackName, template string, err error) {
	var manifest struct {
		Artifacts map[string]struct {
			Type       string
			Properties struct{ TemplateFile string }
		}
	}
	raw, err := os.ReadFile(filepath.Join(out, "manifest.json"))
	if err != nil {
		return "", "", err
	}
	if err := json.Unmarshal(raw, &manifest); err != nil {
		return "", "", fmt.Errorf("manifest.json: %w", err)
	}
	for name, artifact := range manifest.Artifacts {
		if artifact.Type == "aws:cloudformation:stack" {
			return name, filepath.Join(out, artifact.Properties.TemplateFile), nil
		}
	}
	return "", "", fmt.Errorf("the cloud assembly in %s holds no stack", out)
}

var exitStatus = regexp.MustCompile(`(?m)^exit status \d+\n?`)

// withoutExitStatus drops what `go run` adds to its program's own words.
func withoutExitStatus(said string) string {
	return strings.TrimSpace(exitStatus.ReplaceAllString(said, ""))
}

// defaultPagePort is the page's port in the origins of stage local.
const defaultPagePort = "8080"

// pagePort is the page's port where it is not the default; the app then moves stage local's own origins to it.
func pagePort(page net.Listener) string {
	_, port, _ := net.SplitHostPort(page.Addr().String())
	if port == defaultPagePort {
		return ""
	}
	return port
}

// pageURL is the page's origin as the stage names it: by 127.0.0.1, or by localhost where it listens on ::1.
func pageURL(page net.Listener) string {
	host, port, _ := net.SplitHostPort(page.Addr().String())
	if host == "::1" {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port) + "/"
}
