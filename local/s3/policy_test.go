package s3

import (
	"strings"
	"testing"
	"time"

	"signpost/internal/iam"
)

// A policy that is applied by half would let through what AWS refuses.
func TestPolicyRefusesWhatItCannotApply(t *testing.T) {
	for statement, want := range map[string]string{
		`"Principal": {"AWS": "111122223333"}, "Action": "s3:GetObject", "Resource": "*"`:                                              "principal",
		`"Principal": "*", "NotAction": "s3:GetObject", "Resource": "*"`:                                                               "NotAction",
		`"Principal": "*", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b/*"`:                                                "NotResource",
		`"Principal": "*", "Action": "s3:GetObject", "Resource": "*", "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::a"}}`: "aws:sourcearn",
	} {
		document, err := iam.ParseResource([]byte(`{"Version": "2012-10-17", "Statement": {"Sid": "Odd", "Effect": "Deny", ` + statement + `}}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := newPolicy(Config{Policy: document}, time.Now); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `"Odd"`) {
			t.Errorf("%s: got %v, want an error about Odd that names %s", statement, err, want)
		}
	}
}
