package uploads

import (
	"regexp"
	"strings"
)

// arnForms are the forms of the ARNs that props contain.
var arnForms = map[string]*regexp.Regexp{
	"user pool":      regexp.MustCompile(`^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool/[a-z0-9-]+_[0-9A-Za-z]+$`),
	"KMS key":        regexp.MustCompile(`^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[0-9a-z-]+$`),
	"SNS topic":      regexp.MustCompile(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$`),
	"web ACL":        regexp.MustCompile(`^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional/webacl/[A-Za-z0-9_-]{1,128}/[0-9a-f-]+$`),
	"certificate":    regexp.MustCompile(`^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-z-]+$`),
	"secret":         regexp.MustCompile(`^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]{1,512}-[A-Za-z0-9]{6}$`),
	"managed policy": regexp.MustCompile(`^arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]{1,512}$`),
}

// arnExamples are examples for messages.
var arnExamples = map[string]string{
	"user pool":      "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_AbCdEfGhI",
	"KMS key":        "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
	"SNS topic":      "arn:aws:sns:eu-west-1:111122223333:alarms",
	"web ACL":        "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/name/1234abcd-12ab-34cd-56ef-1234567890ab",
	"certificate":    "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab",
	"secret":         "arn:aws:secretsmanager:eu-west-1:111122223333:secret:webhook-AbCdEf",
	"managed policy": "arn:aws:iam::111122223333:policy/boundary",
}

// arn adds a problem when a field is given and is not the ARN of such a resource.
func (p problems) arn(field, kind, value string) {
	if value != "" && !IsToken(value) && !arnForms[kind].MatchString(value) {
		p.add(field, "%q is not a %s's ARN, such as %s", value, kind, arnExamples[kind])
	}
}

// IsToken reports whether s contains a CDK token, whose value is only known later, such as the ARN
// of another resource of the same app. Such a value can't be checked.
func IsToken(s string) bool { return strings.Contains(s, "${Token[") }
