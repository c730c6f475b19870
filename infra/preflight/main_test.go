package main

import (
	"bufio"
	"bytes"
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"signpost/infra/preflight/awsstub"
	"signpost/infra/preflight/check"
)

// asCommand turns the test's binary into the command, which so needn't be linked once more.
const asCommand = "PREFLIGHT_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// environment is that of somebody with credentials for the account, and of nothing else.
func environment(account *awsstub.Server) map[string]string {
	return map[string]string{
		"AWS_ENDPOINT_URL": account.URL, "AWS_REGION": awsstub.Region, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	}
}

// run runs it in this process, at the project's root, with somebody there or not.
func run(t *testing.T, account *awsstub.Server, terminal bool, answer string, args ...string) (ok bool, stdout, stderr string) {
	t.Helper()
	return runWith(t, account, nil, terminal, answer, args...)
}

// runWith runs it with other variables.
func runWith(t *testing.T, account *awsstub.Server, more map[string]string, terminal bool, answer string, args ...string) (ok bool, stdout, stderr string) {
	t.Helper()
	t.Chdir("../..")
	variables := environment(account)
	maps.Copy(variables, more)
	for name, value := range variables {
		t.Setenv(name, value)
	}
	var out, complaints bytes.Buffer
	ok = program{
		stdin: bufio.NewReader(strings.NewReader(answer)), stdout: &out, stderr: &complaints, terminal: terminal,
		logRole: func(cfg aws.Config, place check.Place, say func(string)) check.LogRole {
			return check.LogRole{Config: cfg, Place: place, Say: say, Wait: func(context.Context, time.Duration) error { return nil }}
		},
	}.run(context.Background(), args)
	return ok, out.String(), complaints.String()
}

// newAccount has no stack and no log role, and lets one be made.
func newAccount(t *testing.T) *awsstub.Server {
	account := awsstub.NewWithoutLogRole(t)
	account.Fail("cloudformation DescribeStacks", 400, "ValidationError", "Stack with id Signpost-staging does not exist")
	return account
}

// TestLogRole: the role is set for those who say yes, and for nobody else.
func TestLogRole(t *testing.T) {
	set := []string{"apigateway PATCH /account", "iam AttachRolePolicy", "iam CreateRole"}
	for name, test := range map[string]struct {
		args     []string
		terminal bool
		answer   string
		ok       bool
		changes  []string
		says     string
	}{
		"OKAsked":          {args: []string{"-fix"}, terminal: true, answer: "y\n", ok: true, changes: set, says: "[y/N]"},
		"OKYes":            {args: []string{"-fix", "-yes"}, ok: true, changes: set, says: "made the role " + awsstub.LogRole},
		"OKYesTerminal":    {args: []string{"-fix", "-yes"}, terminal: true, ok: true, changes: set},
		"ErrAskedNo":       {args: []string{"-fix"}, terminal: true, answer: "n\n", says: "API Gateway's log role is not set"},
		"ErrAskedNothing":  {args: []string{"-fix"}, terminal: true, answer: "\n"},
		"ErrAskedEnd":      {args: []string{"-fix"}, terminal: true},
		"ErrNobody":        {args: []string{"-fix"}, answer: "y\n", says: "this isn't a terminal, so nothing was asked. With YES=1 (-yes) it would make the role apigateway-logs, unless it is there"},
		"ErrOnlyLooking":   {terminal: true, answer: "y\n", says: "make deploy STAGE=staging offers to set one"},
		"ErrYesWithoutFix": {args: []string{"-yes"}, terminal: true, answer: "y\n"},
	} {
		t.Run(name, func(t *testing.T) {
			account := newAccount(t)
			ok, stdout, stderr := run(t, account, test.terminal, test.answer, append([]string{"-stage", "staging"}, test.args...)...)
			if ok != test.ok || !strings.Contains(stdout+stderr, test.says) {
				t.Errorf("it ends with %v, want %v with %q, and says:\n%s%s", ok, test.ok, test.says, stdout, stderr)
			}
			if diff := cmp.Diff(test.changes, account.Changes(), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("it changes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPrint: a script reads one word on stdout, and nothing where the stage can't be deployed.
func TestPrint(t *testing.T) {
	for name, test := range map[string]struct {
		stage  string
		exists bool
		broken bool
		want   string
	}{
		"First":           {stage: "staging", want: "yes\n"},
		"FirstDisposable": {stage: "dev", want: "no\n"},
		"Later":           {stage: "staging", exists: true, want: "no\n"},
		"Broken":          {stage: "staging", broken: true},
	} {
		t.Run(name, func(t *testing.T) {
			account := awsstub.New(t)
			if !test.exists {
				account.Fail("cloudformation DescribeStacks", 400, "ValidationError", "Stack with id x does not exist")
			}
			if test.broken {
				account.Fail("ssm GetParameter", 400, "ParameterNotFound", "")
			}
			ok, stdout, stderr := run(t, account, false, "", "-stage", test.stage, "-print", "first-deployment")
			if ok == test.broken || stdout != test.want {
				t.Errorf("it ends with %v and prints %q, want %q; it says:\n%s", ok, stdout, test.want, stderr)
			}
			if !strings.Contains(stderr, "preflight: stage "+test.stage) {
				t.Errorf("stderr has no report: %s", stderr)
			}
		})
	}
}

// TestMFA: a profile that assumes a role with a second factor asks for its code, of somebody who is
// there.
func TestMFA(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	profile := "[profile acme]\nregion=eu-west-1\nrole_arn=arn:aws:iam::111122223333:role/Deployer\nmfa_serial=arn:aws:iam::111122223333:mfa/ada\nsource_profile=ada\n" +
		"[profile ada]\naws_access_key_id=AKIDEXAMPLE\naws_secret_access_key=wJalrXUtnFEMI\n"
	if err := os.WriteFile(file, []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	_, stdout, _ := runWith(t, awsstub.New(t), map[string]string{"AWS_CONFIG_FILE": file, "AWS_PROFILE": "acme", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, false, "123456\n", "-stage", "staging")
	if !strings.Contains(stdout, "the profile needs an MFA code, and this isn't a terminal where it could be typed") {
		t.Errorf("it doesn't say what is missing:\n%s", stdout)
	}
	// Not by a run: with such a profile the SDK asks AWS itself, whatever AWS_ENDPOINT_URL says.
	var asked bytes.Buffer
	code, err := program{stdin: bufio.NewReader(strings.NewReader("123456\n")), stderr: &asked, terminal: true}.mfaCode()
	if code != "123456" || err != nil || asked.String() != "preflight: MFA code of the profile: " {
		t.Errorf("it asks %q and has %q (%v)", asked.String(), code, err)
	}
}

// TestArguments: what makes no sense is said, and nobody is asked.
func TestArguments(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		says string
	}{
		"Stage":    {[]string{"-stage", "nope"}, `preflight: there is no stage "nope": choose one of local, local-scan, issuer, dev, staging, production`},
		"Argument": {[]string{"staging"}, `preflight: unknown argument "staging": the stage goes after -stage`},
		"Print":    {[]string{"-print", "stack"}, "preflight: -print stack: only first-deployment can be printed"},
	} {
		t.Run(name, func(t *testing.T) {
			account := awsstub.New(t)
			ok, _, stderr := run(t, account, false, "", test.args...)
			if ok || strings.TrimSpace(stderr) != test.says {
				t.Errorf("it ends with %v and says %q, want %q", ok, stderr, test.says)
			}
			if calls := account.Calls(); len(calls) > 0 {
				t.Errorf("it calls %q", calls)
			}
		})
	}
}

// TestCommand runs the command itself, with nothing in PATH: neither Node.js nor the AWS CLI.
func TestCommand(t *testing.T) {
	account := newAccount(t)
	started := func(args ...string) (string, error) {
		run := exec.Command(os.Args[0], args...)
		run.Dir = "../.."
		run.Env = []string{"HOME=" + t.TempDir(), "PATH=", asCommand + "=1"}
		for name, value := range environment(account) {
			run.Env = append(run.Env, name+"="+value)
		}
		out, err := run.CombinedOutput()
		return string(out), err
	}
	out, err := started("-stage", "staging")
	want := `preflight: stage staging, stack Signpost-staging, account 111122223333, region eu-west-1

  ok       credentials: arn:aws:sts::111122223333:assumed-role/Deployer/ada
  ok       CDK bootstrap: version 28
  ok       stack: Signpost-staging does not exist yet: this deployment creates it
  PROBLEM  API Gateway's log role: account 111122223333 has none in eu-west-1, so the deployment would end with "CloudWatch Logs role ARN must be set in account settings to enable logging"
           → make deploy STAGE=staging offers to set one, and with YES=1 sets it without asking
           → or by hand: docs/operations.md, API Gateway's log role by hand
  ok       quotas: there is room for one more stack

preflight: 1 problem, 0 not checked
`
	if diff := cmp.Diff(want, out); diff != "" || err == nil {
		t.Errorf("it ends with %v and says (-want +got):\n%s", err, diff)
	}
	if changes := account.Changes(); len(changes) > 0 {
		t.Errorf("it made %q, which don't only read", changes)
	}
	if out, err := started("-stage", "staging", "-fix", "-yes"); err != nil || len(account.Changes()) != 3 {
		t.Errorf("with -fix -yes it ends with %v, makes %q and says:\n%s", err, account.Changes(), out)
	}
}
