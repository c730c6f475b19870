package config

import (
	"strings"

	"signpost/lambda/ascii"
)

// NamespaceProblem returns what is wrong with a namespace of CloudWatch metrics, to be read after
// the quoted value; "" means that it is valid.
//
// A namespace must suit both PutMetricData (Amazon CloudWatch API Reference), which allows a colon,
// and MetricTransformation (Amazon CloudWatch Logs API Reference), which allows none of ":", "*"
// and "$".
func NamespaceProblem(s string) string {
	switch {
	case strings.Contains(s, ":"):
		return "has a colon, which a metric filter of CloudWatch Logs refuses: use letters, digits and .-_/#"
	case s == "" || len(s) > 255 || !ascii.ConsistsOf(s, ascii.Alphanumeric+".-_/#"):
		return "is not a namespace: use letters, digits and .-_/#, at most 255"
	case strings.HasPrefix(s, "AWS/"):
		return `begins with "AWS/", which is reserved: choose another name`
	}
	return ""
}
