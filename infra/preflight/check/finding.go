package check

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"
)

// Level is the severity of a finding.
type Level int

const (
	Fine    Level = iota
	Note          // worth knowing; the deployment continues
	Unknown       // could not be checked
	Problem       // the deployment would fail, or nobody could use what it makes
)

// Finding is one result of a check.
type Finding struct {
	Subject string // a prop, "CertificateARN", or a few words
	Level   Level
	Says    string
	Do      []string // what to do, a line each; commands as they are typed
}

func fine(subject, format string, args ...any) Finding {
	return Finding{Subject: subject, Level: Fine, Says: fmt.Sprintf(format, args...)}
}

func note(subject, says string, do ...string) Finding {
	return Finding{Subject: subject, Level: Note, Says: says, Do: do}
}

func problem(subject, says string, do ...string) Finding {
	return Finding{Subject: subject, Level: Problem, Says: says, Do: do}
}

// notChecked is the finding if a call fails, so that nothing is known.
func notChecked(subject string, err error) Finding {
	found := Finding{Subject: subject, Level: Unknown}
	switch {
	case denied(err):
		found.Says = fmt.Sprintf("could not be checked, because %s is not permitted. AWS says: %s", permission(err), message(err))
		found.Do = []string{"to have it checked, grant " + permission(err)}
	case errors.Is(err, context.DeadlineExceeded):
		found.Says = "could not be checked, because AWS did not answer in time"
	default:
		found.Says = "could not be checked: " + message(err)
	}
	return found
}

// tokenFinding is for a prop that has no value yet.
func tokenFinding(subject string) []Finding {
	return []Finding{note(subject, "is known only while the stack is deployed (it is a CDK token), and was not checked")}
}

// code is AWS's name for an error, such as "NoSuchEntity".
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// message returns AWS's message for an error, on one line, or the error itself.
func message(err error) string {
	text := err.Error()
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorMessage() != "" {
		text = api.ErrorCode() + ": " + api.ErrorMessage()
	}
	return strings.Join(strings.Fields(text), " ")
}

// denied reports whether an error is about permissions. Services have several names for that.
func denied(err error) bool {
	switch code(err) {
	case "AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException", "UnauthorizedOperation", "Forbidden":
		return true
	}
	return false
}

// iamPrefixes are the services' names in IAM actions.
var iamPrefixes = map[string]string{
	"ACM": "acm", "API Gateway": "apigateway", "CloudFormation": "cloudformation", "Cognito Identity Provider": "cognito-idp",
	"IAM": "iam", "KMS": "kms", "Lambda": "lambda", "Route 53": "route53", "S3": "s3", "Service Quotas": "servicequotas",
	"SNS": "sns", "SSM": "ssm", "STS": "sts", "WAFV2": "wafv2",
}

// permission is the IAM action that a failed call needed ("Service Authorization Reference").
func permission(err error) string {
	var call *smithy.OperationError
	if !errors.As(err, &call) {
		return "this call"
	}
	action := call.OperationName
	switch {
	case call.ServiceID == "API Gateway":
		action = "GET" // its actions are HTTP's methods
	case action == "HeadBucket":
		action = "ListBucket"
	case action == "ListBuckets":
		action = "ListAllMyBuckets"
	}
	return iamPrefixes[call.ServiceID] + ":" + action
}
