package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// lifecycleRules are what S3 sweeps up: unfinished uploads after a day; uploads and older versions
// after the props' days. An older version that goes can leave a delete marker behind that hides
// nothing: the rule for expiry takes those too, and without one a rule of its own does
// ("LifecycleExpiration", Amazon S3 API Reference: not both in one rule).
func lifecycleRules(props Props) *[]*awss3.LifecycleRule {
	days := func(n int) awscdk.Duration { return awscdk.Duration_Days(jsii.Number(n)) }
	rules := []*awss3.LifecycleRule{{
		Id:                                  jsii.String("AbortUnfinishedUploads"),
		AbortIncompleteMultipartUploadAfter: days(1),
	}}
	if props.ExpireAfterDays != 0 {
		rules = append(rules, &awss3.LifecycleRule{
			Id:         jsii.String("ExpireUploads"),
			Prefix:     jsii.String(props.KeyPrefix),
			Expiration: days(props.ExpireAfterDays),
		})
	}
	if props.ExpireVersionsAfterDays != 0 {
		rule := &awss3.LifecycleRule{
			Id:                          jsii.String("ExpireOlderVersions"),
			Prefix:                      jsii.String(props.KeyPrefix),
			NoncurrentVersionExpiration: days(props.ExpireVersionsAfterDays),
		}
		if props.ExpireAfterDays == 0 {
			rule.ExpiredObjectDeleteMarker = jsii.Bool(true)
		}
		rules = append(rules, rule)
	}
	return &rules
}
