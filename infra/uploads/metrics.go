package uploads

import (
	"regexp"
	"strings"
)

// namespaceForm is what PutMetricData (Amazon CloudWatch API Reference) takes, and MetricTransformation (Amazon
// CloudWatch Logs API Reference) as well: the first allows a colon, and the second none of ":", "*" and "$".
var namespaceForm = regexp.MustCompile(`^[A-Za-z0-9.\-_/#]{1,255}$`)

// bucketForm follows "General purpose bucket naming rules" (Amazon S3 User Guide) as far as a typing
// mistake goes.
var bucketForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func (p Props) validateEvidence(found *PropsError) {
	found.arn("AlarmTopicARN", "SNS topic", p.AlarmTopicARN)
	if p.AlarmTopicARN != "" && !p.Alarms {
		found.add("AlarmTopicARN", "is given, but Alarms is off: turn it on or give no topic")
	}
	if p.AlarmBytesSigned != 0 && !p.Alarms {
		found.add("AlarmBytesSigned", "is given, but Alarms is off: turn it on or give no bound")
	} else if p.AlarmBytesSigned < 0 {
		found.add("AlarmBytesSigned", "%d is out of range: give at least 1 byte in 5 minutes, or 0 for the default", p.AlarmBytesSigned)
	}
	if name := p.MetricsNamespace; strings.Contains(name, ":") {
		found.add("MetricsNamespace", "%q has a colon, which a metric filter of CloudWatch Logs refuses: use letters, digits and .-_/#", name)
	} else if name != "" && !namespaceForm.MatchString(name) {
		found.add("MetricsNamespace", "%q is not a namespace: use letters, digits and .-_/#, at most 255", name)
	} else if strings.HasPrefix(name, "AWS/") {
		found.add("MetricsNamespace", `%q is AWS's own: choose another than "AWS/…"`, name)
	}
	if name := p.AccessLogBucketName; name != "" && !isToken(name) && (!bucketForm.MatchString(name) || strings.Contains(name, "..")) {
		found.add("AccessLogBucketName", "%q is not a bucket's name: give the name alone, 3 to 63 lower-case letters, digits, dots and hyphens", name)
	}
}
