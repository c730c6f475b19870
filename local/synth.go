package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"signpost/local/process"
)

// cdkContext is what the CDK app is told of the run.
type cdkContext struct {
	stage     string
	pagePort  string // "" if the page has the port that the stage expects
	issuerURL string // "" if the stage's issuer isn't on this machine
}

// addTo adds it to the context of cdk.json. The local run's own stages get a webhook, so that a run
// shows the events of arrived files.
func (c cdkContext) addTo(values map[string]any) {
	values["stage"] = c.stage
	if !strings.HasPrefix(c.stage, "local") && c.stage != issuerStage { // as in infra/stages.go
		return
	}
	values["localWebhook"] = true
	if c.pagePort != "" {
		values["pagePort"] = c.pagePort
	}
	if c.issuerURL != "" {
		values["localIssuer"] = c.issuerURL
	}
}

// synthesize runs the CDK app as the CDK CLI does. It returns the stack's name and the path of its
// template.
func synthesize(ctx context.Context, root, out string, settings cdkContext) (stackName, template string, err error) {
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
	values := map[string]any{}
	maps.Copy(values, config.Context)
	settings.addTo(values)
	encoded, err := json.Marshal(values)
	if err != nil {
		return "", "", err
	}
	command := strings.Fields(config.App)
	output, err := process.Command{Path: command[0], Args: command[1:], Dir: root, Env: []string{
		"CDK_OUTDIR=" + out,
		"CDK_CONTEXT_JSON=" + string(encoded),
		"PATH=" + filepath.Join(root, "node_modules/.bin") + string(os.PathListSeparator) + os.Getenv("PATH"),
	}}.Run(ctx)
	switch {
	case ctx.Err() != nil:
		return "", "", ctx.Err()
	case err != nil:
		return "", "", fmt.Errorf("the template of stage %s can't be synthesized:\n%s", settings.stage, withoutExitStatus(output))
	}
	return findTemplate(out)
}

// findTemplate finds the one stack in the manifest of the cloud assembly.
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
	return "", "", fmt.Errorf("the cloud assembly in %s has no stack", out)
}

var exitStatus = regexp.MustCompile(`(?m)^exit status \d+\n?`)

// withoutExitStatus removes the line that `go run` adds to its program's output.
func withoutExitStatus(output string) string {
	return strings.TrimSpace(exitStatus.ReplaceAllString(output, ""))
}
