// Package workflows_test checks that a pull request can't deploy: it reads .github/workflows, and
// the policies in docs/operations.md for their roles.
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

// credentials is the action that assumes a role.
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

// all returns the workflows by the names of their files.
func all(t *testing.T) map[string]workflow {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no workflows were found: %v", err)
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

// complaints returns what is wrong with the workflows.
func complaints(workflows map[string]workflow) (found []string) {
	for name, one := range workflows {
		for _, complaint := range one.check() {
			found = append(found, name+": "+complaint)
		}
	}
	slices.Sort(found)
	return found
}

// check returns what is wrong with a workflow.
func (w workflow) check() (found complaintList) {
	for _, line := range regexp.MustCompile(`(?m)^\s*(?:- )?uses:.*$`).FindAllString(w.text, -1) {
		if !pinned.MatchString(line) && !strings.Contains(line, "uses: ./") {
			found.add("%s: pin it to a commit, with its version in a comment", strings.TrimSpace(line))
		}
	}
	if w.Permissions == nil {
		found.add("it has the repository's default permissions: write `permissions: {}`, and permissions for each job")
	} else if w.Permissions.All != nil || writes(w.Permissions) != "" {
		found.add("all its jobs may write: give permissions to the job that needs them")
	}
	onPulls := slices.ContainsFunc(w.On, func(event actionlint.Event) bool { return event.EventName() == "pull_request" })
	for id, job := range w.Jobs {
		pulls := onPulls && !w.onlyPushes(job)
		found.checkPermissions(id, job)
		found.checkRoles(id, job, pulls)
		found.checkScripts(id, job, pulls)
		if job.WorkflowCall == nil && job.TimeoutMinutes == nil {
			found.add("job %s may run for six hours", id)
		}
	}
	return found
}

// complaintList collects what is wrong.
type complaintList []string

func (found *complaintList) add(format string, args ...any) {
	*found = append(*found, fmt.Sprintf(format, args...))
}

func (found *complaintList) checkPermissions(id string, job *actionlint.Job) {
	if job.Permissions == nil {
		return
	}
	may := writes(job.Permissions)
	if job.Permissions.All != nil || may != "" && may != "id-token" {
		found.add("job %s may write more than the OIDC token", id)
	}
	if may == "id-token" && len(assumed(job)) == 0 && job.WorkflowCall == nil {
		found.add("job %s may request an OIDC token, and assumes no role", id)
	}
}

// checkRoles looks at the roles that a job assumes. pulls says whether the job runs for pull
// requests.
func (found *complaintList) checkRoles(id string, job *actionlint.Job, pulls bool) {
	roles := assumed(job)
	for _, role := range roles {
		switch {
		case pulls && role != "${{ vars.AWS_DIFF_ROLE_ARN }}":
			found.add("job %s runs for pull requests and assumes %s", id, role)
		case !pulls && (role != "${{ vars.AWS_ROLE_ARN }}" || job.Environment == nil):
			found.add("job %s assumes %s without an environment, or a role other than the one that deploys", id, role)
		}
	}
	if pulls && (job.Environment != nil || job.WorkflowCall != nil) {
		found.add("job %s runs for pull requests and in an environment, or calls a workflow that does", id)
	}
	if len(roles) > 0 && pulls && (job.If == nil || !strings.Contains(job.If.Value, "github.event.pull_request.head.repo.full_name == github.repository")) {
		found.add("job %s runs for a fork's pull requests", id)
	}
	if len(roles) > 0 && !pulls && (job.Concurrency == nil || job.Concurrency.CancelInProgress == nil || job.Concurrency.CancelInProgress.Value) {
		found.add("job %s deploys, and another run may cut it off or run at the same time", id)
	}
}

func (found *complaintList) checkScripts(id string, job *actionlint.Job, pulls bool) {
	for _, script := range scripts(job) {
		if pulls && len(assumed(job)) > 0 && (regexp.MustCompile(`\bdeploy\b|make diff`).MatchString(script) || strings.Contains(script, "cdk diff") && !strings.Contains(script, "--method=template")) {
			found.add("job %s runs for pull requests, and its script needs the role that deploys: %s", id, script)
		}
		if strings.Contains(script, "make deploy") && (!strings.Contains(script, "APPROVAL=never") || strings.Contains(script, "YES")) {
			found.add("job %s waits for an answer, or changes settings of the account: %s", id, script)
		}
	}
}

var pinned = regexp.MustCompile(`uses: [\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)

// writes returns the scopes that may be written, joined.
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

// assumed returns the roles that a job assumes.
func assumed(job *actionlint.Job) (roles []string) {
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

// onlyPushes reports whether a job, or one that it needs, is left out for pull requests.
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

// TestWorkflowsCanFail makes each mistake that TestWorkflows looks for.
func TestWorkflowsCanFail(t *testing.T) {
	for _, mistake := range []struct{ file, from, to, says string }{
		{"deploy.yml", "vars.AWS_DIFF_ROLE_ARN", "vars.AWS_ROLE_ARN", "assumes ${{ vars.AWS_ROLE_ARN }}"},
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
		{"deploy-stage.yml", "APPROVAL=never", "APPROVAL=never YES=1", "settings of the account"},
		{"deploy-stage.yml", "    timeout-minutes: 60\n", "", "six hours"},
		{"test.yml", "    timeout-minutes: 60\n", "    timeout-minutes: 60\n    permissions:\n      id-token: write\n", "assumes no role"},
	} {
		t.Run(mistake.file+": "+mistake.says, func(t *testing.T) {
			workflows := all(t)
			broken := strings.Replace(workflows[mistake.file].text, mistake.from, mistake.to, 1)
			if broken == workflows[mistake.file].text {
				t.Fatalf("%s has no %q", mistake.file, mistake.from)
			}
			workflows[mistake.file] = read(t, []byte(broken))
			if found := strings.Join(complaints(workflows), "\n"); !strings.Contains(found, mistake.says) {
				t.Errorf("the mistake is not found: %q", found)
			}
		})
	}
}
