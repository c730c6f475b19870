package infra

import (
	"regexp"
	"strings"
)

// namespaceForm follows PutMetricData in the Amazon CloudWatch API Reference.
var namespaceForm = regexp.MustCompile(`^[A-Za-z0-9.\-_/#][A-Za-z0-9.\-_/#:]{0,254}$`)

// bucketForm follows "General purpose bucket naming rules" (Amazon S3 User Guide) as far as a typing
// mistake goes.
var bucketForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func (p UploadsProps) validateEvidence(found *PropsError) {
	found.arn("AlarmTopicARN", "SNS topic", p.AlarmTopicARN)
	if p.AlarmTopicARN != "" && !p.Alarms {
		found.add("AlarmTopicARN", "is given, but Alarms is off: turn it on or give no topic")
	}
	if name := p.MetricsNamespace; name != "" && !namespaceForm.MatchString(name) {
		found.add("MetricsNamespace", "%q is not a namespace: use letters, digits and .-_/#:, at most 255, no colon first", name)
	} else if strings.HasPrefix(name, "AWS/") {
		found.add("MetricsNamespace", `%q is AWS's own: choose another than "AWS/…"`, name)
	}
	if name := p.AccessLogBucketName; name != "" && !isToken(name) && (!bucketForm.MatchString(name) || strings.Contains(name, "..")) {
		found.add("AccessLogBucketName", "%q is not a bucket's name: give the name alone, 3 to 63 lower-case letters, digits, dots and hyphens", name)
	}
}
