package uploads

import (
	"regexp"
	"strings"
)

// arns are the forms of the ARNs that props hold, by what they name.
var arns = map[string]*regexp.Regexp{
	"user pool":      regexp.MustCompile(`^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool/[a-z0-9-]+_[0-9A-Za-z]+$`),
	"KMS key":        regexp.MustCompile(`^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[0-9a-z-]+$`),
	"SNS topic":      regexp.MustCompile(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$`),
	"web ACL":        regexp.MustCompile(`^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional/webacl/[A-Za-z0-9_-]{1,128}/[0-9a-f-]+$`),
	"certificate":    regexp.MustCompile(`^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-z-]+$`),
	"managed policy": regexp.MustCompile(`^arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]{1,512}$`),
}

// arnExamples are what problems show.
var arnExamples = map[string]string{
	"user pool":      "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_AbCdEfGhI",
	"KMS key":        "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
	"SNS topic":      "arn:aws:sns:eu-west-1:111122223333:alarms",
	"web ACL":        "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/name/1234abcd-12ab-34cd-56ef-1234567890ab",
	"certificate":    "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab",
	"managed policy": "arn:aws:iam::111122223333:policy/boundary",
}

// arn complains of a prop that is given and is not the ARN of what it should be.
func (e *PropsError) arn(field, kind, value string) {
	if value != "" && !isToken(value) && !arns[kind].MatchString(value) {
		e.add(field, "%q is not a %s's ARN, such as %s", value, kind, arnExamples[kind])
	}
}

// isToken says whether CDK is yet to put a value in the place of s, as for the ARN of another
// resource of the same app: its form can't be looked at.
func isToken(s string) bool { return strings.Contains(s, "${Token[") }
