// Command preflight checks the AWS account that a stage is about to be deployed to. It reports
// everything that would make the deployment fail, and what to do about each:
//
//	make preflight STAGE=production    changes nothing
//	make deploy STAGE=production       runs it first, and offers to set API Gateway's log role
//
// It needs AWS credentials and a region, as every AWS tool does, and neither Node.js nor the AWS
// CLI. Package check holds what it looks at.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/smithy-go/logging"
	"github.com/mattn/go-isatty"

	"signpost/infra"
	"signpost/infra/preflight/check"
)

const usage = `usage: go run ./infra/preflight [-stage dev] [-fix [-yes]] [-print first-deployment]

Looks at the AWS account of the credentials, in the region of AWS_REGION or the profile. Ends with status 0 if the
stage can be deployed.

`

// program is a run's terminal, and how it sets the log role.
type program struct {
	stdin          *bufio.Reader
	stdout, stderr io.Writer
	terminal       bool // whether a user can answer questions
	logRole        func(aws.Config, check.Place, func(string)) check.LogRole
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ok := program{
		stdin: bufio.NewReader(os.Stdin), stdout: os.Stdout, stderr: os.Stderr,
		terminal: isatty.IsTerminal(os.Stdin.Fd()) && isatty.IsTerminal(os.Stderr.Fd()),
		logRole: func(cfg aws.Config, place check.Place, say func(string)) check.LogRole {
			return check.LogRole{Config: cfg, Place: place, Say: say}
		},
	}.run(ctx, os.Args[1:])
	stop()
	if !ok {
		os.Exit(1)
	}
}

// run reports whether the stage can be deployed.
func (p program) run(ctx context.Context, args []string) bool {
	flags := flag.NewFlagSet("preflight", flag.ContinueOnError)
	flags.SetOutput(p.stderr)
	flags.Usage = func() { fmt.Fprint(p.stderr, usage); flags.PrintDefaults() }
	name := flags.String("stage", "dev", "the `stage` to be deployed, as in infra/stages.go")
	fix := flags.Bool("fix", false, "offer to set API Gateway's log role where there is none")
	yes := flags.Bool("yes", false, "with -fix: set it without asking")
	print := flags.String("print", "", "`first-deployment`: print yes or no on stdout, for scripts, and all else on stderr. Yes is for a deployment that creates\nthe stack of a stage that is protected: its protections come with a second deployment")
	if err := flags.Parse(args); err != nil {
		return errors.Is(err, flag.ErrHelp)
	}
	out := p.stdout
	switch *print {
	case "":
	case "first-deployment":
		out = p.stderr
	default:
		return p.fail("-print %s: only first-deployment can be printed", *print)
	}
	if flags.NArg() > 0 {
		return p.fail("unknown argument %q: the stage goes after -stage", flags.Arg(0))
	}
	stage, err := infra.StageNamed(*name)
	if err != nil {
		return p.fail("%v", err)
	}
	qualifier, err := bootstrapQualifier("cdk.json")
	if err != nil {
		return p.fail("%v", err)
	}
	// Five attempts: many calls at once may be throttled. The SDK waits between them. It logs
	// nothing, because the report has the result.
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRetryMaxAttempts(5), config.WithLogger(logging.Nop{}),
		config.WithAssumeRoleCredentialOptions(func(o *stscreds.AssumeRoleOptions) { o.TokenProvider = p.mfaCode }))
	if err != nil {
		return p.fail("%s", configError(err))
	}
	report := check.Run(ctx, cfg, check.Target{Stage: stage, Qualifier: qualifier})
	write(out, stage, report)
	problems := report.Count(check.Problem)
	if report.NoLogRole && *fix && p.setLogRole(ctx, out, cfg, report.Place, *yes) {
		problems--
	}
	if problems > 0 {
		return false
	}
	if *print != "" {
		fmt.Fprintln(p.stdout, map[bool]string{true: "yes", false: "no"}[report.FirstDeployment])
	}
	return true
}

func (p program) fail(format string, args ...any) bool {
	fmt.Fprintf(p.stderr, "preflight: "+format+"\n", args...)
	return false
}

// setLogRole sets API Gateway's log role if the user agrees, and reports whether it is set. The
// role belongs to the account and not to the stack, so it is never set without asking.
func (p program) setLogRole(ctx context.Context, out io.Writer, cfg aws.Config, place check.Place, yes bool) bool {
	say := func(line string) { fmt.Fprintln(out, "preflight:", line) }
	role := p.logRole(cfg, place, say)
	switch {
	case yes:
	case p.terminal:
		switch strings.ToLower(p.ask(role.Plan() + "? It serves all of this account's APIs in the region, and stays. [y/N]")) {
		case "y", "yes":
		default:
			say("API Gateway's log role is not set")
			return false
		}
	default:
		say("this isn't a terminal, so nothing was asked. With YES=1 (-yes) it would " + role.Plan())
		return false
	}
	if err := role.Set(ctx); err != nil {
		return p.fail("%v", err)
	}
	return true
}

// mfaCode asks for the code that a profile with mfa_serial needs.
func (p program) mfaCode() (string, error) {
	if !p.terminal {
		return "", errors.New("the profile needs an MFA code, and this isn't a terminal where it could be typed")
	}
	return p.ask("MFA code of the profile:"), nil
}

// ask returns the line that the user types, or "" if there is none.
func (p program) ask(question string) string {
	fmt.Fprintf(p.stderr, "preflight: %s ", question)
	answer, _ := p.stdin.ReadString('\n')
	return strings.TrimSpace(answer)
}

// configError describes what is wrong with the configuration files of AWS's tools.
func configError(err error) string {
	var profile config.SharedConfigProfileNotExistError
	if errors.As(err, &profile) {
		return fmt.Sprintf("AWS_PROFILE names the profile %q, which ~/.aws/config doesn't have. Make it with: aws configure sso --profile %s", profile.Profile, profile.Profile)
	}
	return fmt.Sprintf("AWS's configuration can't be read: %v", err)
}

// bootstrapQualifier returns the qualifier that cdk.json sets for the CDK, or "".
func bootstrapQualifier(path string) (string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return "", errors.New("there is no cdk.json here: run it from the project's root")
	}
	if err != nil {
		return "", err
	}
	var file struct {
		Context struct {
			Qualifier string `json:"@aws-cdk/core:bootstrapQualifier"`
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return "", fmt.Errorf("%s isn't JSON: %w", path, err)
	}
	return file.Context.Qualifier, nil
}
