// Package workflows_test holds .github/workflows, and the policies that docs/operations.md has for their roles, to what
// keeps a pull request from deploying.
//
//	go test ./test/workflows
package workflows_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
)

const folder = "../../.github/workflows"

// credentials is the action that takes on a role.
const credentials = "aws-actions/configure-aws-credentials@"

// workflow is one file of the folder.
type workflow struct {
	*actionlint.Workflow
	text string
}

// read parses a workflow.
func read(t *testing.T, text []byte) workflow {
	t.Helper()
	parsed, problems := actionlint.Parse(text)
	for _, problem := range problems {
		t.Fatal(problem)
	}
	return workflow{parsed, string(text)}
}

// all are the workflows there are, by the names of their files.
func all(t *testing.T) map[string]workflow {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("there are no workflows (%v)", err)
	}
	found := map[string]workflow{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		found[filepath.Base(path)] = read(t, text)
	}
	return found
}

// complaints are what is wrong with the workflows.
func complaints(workflows map[string]workflow) (found []string) {
	for name, one := range workflows {
		for _, complaint := range one.check() {
			found = append(found, name+": "+complaint)
		}
	}
	slices.Sort(found)
	return found
}

func (w workflow) check() (found []string) {
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	for _, line := range regexp.MustCompile(`(?m)^\s*(?:- )?uses:.*$`).FindAllString(w.text, -1) {
		if !pinned.MatchString(line) && !strings.Contains(line, "uses: ./") {
			add("%s: pin it to a commit, and say its version in a comment", strings.TrimSpace(line))
		}
	}
	if w.Permissions == nil {
		add("it has the repository's default permissions: write `permissions: {}`, and each job's own")
	} else if w.Permissions.All != nil || writes(w.Permissions) != "" {
		add("all its jobs may write: give permissions to the job that needs them")
	}
	onPulls := slices.ContainsFunc(w.On, func(event actionlint.Event) bool { return event.EventName() == "pull_request" })
	for id, job := range w.Jobs {
		asks := taken(job)
		if job.Permissions != nil && job.Permissions.All != nil || job.Permissions != nil && writes(job.Permissions) != "" && writes(job.Permissions) != "id-token" {
			add("job %s may write more than the OIDC token", id)
		}
		if job.Permissions != nil && writes(job.Permissions) == "id-token" && len(asks) == 0 && job.WorkflowCall == nil {
			add("job %s may ask for an OIDC token, and takes on no role", id)
		}
		pulls := onPulls && !w.onlyPushes(job)
		for _, role := range asks {
			switch {
			case pulls && role != "${{ vars.AWS_DIFF_ROLE_ARN }}":
				add("job %s runs for pull requests and takes on %s", id, role)
			case !pulls && (role != "${{ vars.AWS_ROLE_ARN }}" || job.Environment == nil):
				add("job %s takes on %s without an environment, or another role than the one that deploys", id, role)
			}
		}
		if pulls && (job.Environment != nil || job.WorkflowCall != nil) {
			add("job %s runs for pull requests and in an environment, or calls what does", id)
		}
		if len(asks) > 0 && pulls && (job.If == nil || !strings.Contains(job.If.Value, "github.event.pull_request.head.repo.full_name == github.repository")) {
			add("job %s runs for a fork's pull requests", id)
		}
		if len(asks) > 0 && !pulls && (job.Concurrency == nil || job.Concurrency.CancelInProgress == nil || job.Concurrency.CancelInProgress.Value) {
			add("job %s deploys, and another run may cut it off or run beside it", id)
		}
		for _, script := range scripts(job) {
			if pulls && len(asks) > 0 && (regexp.MustCompile(`\bdeploy\b|make diff`).MatchString(script) || strings.Contains(script, "cdk diff") && !strings.Contains(script, "--method=template")) {
				add("job %s runs for pull requests, and its script needs the role that deploys: %s", id, script)
			}
			if strings.Contains(script, "make deploy") && (!strings.Contains(script, "APPROVAL=never") || strings.Contains(script, "YES")) {
				add("job %s waits for an answer, or sets what is the account's: %s", id, script)
			}
		}
		if job.WorkflowCall == nil && job.TimeoutMinutes == nil {
			add("job %s may run for six hours", id)
		}
	}
	return found
}

var pinned = regexp.MustCompile(`uses: [\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)

// writes are the scopes that may be written, joined.
func writes(permissions *actionlint.Permissions) string {
	var scopes []string
	for name, scope := range permissions.Scopes {
		if scope.Value.Value != "read" && scope.Value.Value != "none" {
			scopes = append(scopes, name)
		}
	}
	slices.Sort(scopes)
	return strings.Join(scopes, " ")
}

// taken are the roles that a job takes on.
func taken(job *actionlint.Job) (roles []string) {
	for _, step := range job.Steps {
		if action, ok := step.Exec.(*actionlint.ExecAction); ok && strings.HasPrefix(action.Uses.Value, credentials) {
			roles = append(roles, action.Inputs["role-to-assume"].Value.Value)
		}
	}
	return roles
}

func scripts(job *actionlint.Job) (all []string) {
	for _, step := range job.Steps {
		if run, ok := step.Exec.(*actionlint.ExecRun); ok {
			all = append(all, run.Run.Value)
		}
	}
	return all
}

// onlyPushes says whether a job, or one that it needs, is left out for pull requests.
func (w workflow) onlyPushes(job *actionlint.Job) bool {
	if job.If != nil && strings.TrimSpace(job.If.Value) == "github.event_name == 'push'" {
		return true
	}
	return job.If == nil && slices.ContainsFunc(job.Needs, func(id *actionlint.String) bool { return w.onlyPushes(w.Jobs[id.Value]) })
}

func TestWorkflows(t *testing.T) {
	for _, complaint := range complaints(all(t)) {
		t.Error(complaint)
	}
}

// TestWorkflowsCanFail makes each mistake that the test above is there for.
func TestWorkflowsCanFail(t *testing.T) {
	for _, mistake := range []struct{ file, from, to, says string }{
		{"deploy.yml", "vars.AWS_DIFF_ROLE_ARN", "vars.AWS_ROLE_ARN", "takes on ${{ vars.AWS_ROLE_ARN }}"},
		{"deploy.yml", " --method=template", "", "needs the role that deploys"},
		{"deploy.yml", "cdk diff --app cdk.out --method=template", "make diff", "needs the role that deploys"},
		{"deploy.yml", "    timeout-minutes: 30\n", "    timeout-minutes: 30\n    environment: production\n", "in an environment"},
		{"deploy.yml", "    if: github.event_name == 'push'\n", "", "in an environment"},
		{"deploy.yml", "permissions: {}", "permissions: {id-token: write}", "all its jobs may write"},
		{"deploy.yml", "permissions: {}", "permissions: write-all", "all its jobs may write"},
		{"deploy.yml", "permissions: {}\n", "", "default permissions"},
		{"deploy.yml", "      contents: read\n      id-token: write # to", "      contents: write\n      id-token: write # to", "more than the OIDC token"},
		{"deploy.yml", "@34e114876b0b11c390a56381ad16ebd13914f8d5 # v4.3.1", "@v4", "pin it"},
		{"deploy.yml", " && github.event.pull_request.head.repo.full_name == github.repository", "", "a fork's"},
		{"deploy-stage.yml", "    environment: ${{ inputs.stage }}\n", "", "without an environment"},
		{"deploy-stage.yml", "cancel-in-progress: false", "cancel-in-progress: true", "cut it off"},
		{"deploy-stage.yml", " APPROVAL=never", "", "waits for an answer"},
		{"deploy-stage.yml", "APPROVAL=never", "APPROVAL=never YES=1", "the account's"},
		{"deploy-stage.yml", "    timeout-minutes: 60\n", "", "six hours"},
		{"test.yml", "    timeout-minutes: 60\n", "    timeout-minutes: 60\n    permissions:\n      id-token: write\n", "takes on no role"},
	} {
		t.Run(mistake.file+": "+mistake.says, func(t *testing.T) {
			workflows := all(t)
			broken := strings.Replace(workflows[mistake.file].text, mistake.from, mistake.to, 1)
			if broken == workflows[mistake.file].text {
				t.Fatalf("%s has no %q", mistake.file, mistake.from)
			}
			workflows[mistake.file] = read(t, []byte(broken))
			if found := strings.Join(complaints(workflows), "\n"); !strings.Contains(found, mistake.says) {
				t.Errorf("it is not seen: %q", found)
			}
		})
	}
}
