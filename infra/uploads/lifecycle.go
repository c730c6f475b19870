package uploads

import (
	"math"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// Expiry deletes uploads and their older versions after some days ("Setting an S3 Lifecycle
// configuration on a bucket", Amazon S3 User Guide). The bucket keeps versions: an upload that
// expires only becomes an older version.
type Expiry struct {
	// UploadsAfterDays is how many days an upload is kept: 1 to [MaxLifecycleDays].
	//
	// Default: 0. Uploads don't expire.
	UploadsAfterDays int

	// VersionsAfterDays is how many days an older version is kept: 1 to [MaxLifecycleDays].
	//
	// Required.
	VersionsAfterDays int
}

// MaxLifecycleDays is the largest number in a lifecycle rule, which S3 counts in 32 bits
// ("LifecycleExpiration", Amazon S3 API Reference).
const MaxLifecycleDays = math.MaxInt32

func (e *Expiry) check(found problems) {
	if e == nil {
		return
	}
	if e.UploadsAfterDays < 0 || e.UploadsAfterDays > MaxLifecycleDays {
		found.add("UploadsAfterDays", "%d is out of range: give 1 to %d days, or 0 to keep uploads", e.UploadsAfterDays, MaxLifecycleDays)
	}
	switch {
	case e.VersionsAfterDays == 0:
		found.add("VersionsAfterDays", "is missing: give 1 to %d days. The bucket keeps versions, so an upload that expires only becomes an older one, and without this they are kept forever", MaxLifecycleDays)
	case e.VersionsAfterDays < 0 || e.VersionsAfterDays > MaxLifecycleDays:
		found.add("VersionsAfterDays", "%d is out of range: give 1 to %d days", e.VersionsAfterDays, MaxLifecycleDays)
	}
}

// lifecycleRules are what S3 deletes by itself: unfinished uploads after a day, and uploads and
// older versions after the days of Expiry and of the kinds. Expiring an older version can leave a delete marker with
// no versions behind it. The rule for uploads removes those markers too; without that rule, the
// rule for versions does ("LifecycleExpiration", Amazon S3 API Reference: one rule can't have
// both).
func lifecycleRules(props Props) *[]*awss3.LifecycleRule {
	rules := []*awss3.LifecycleRule{{
		Id:                                  jsii.String("AbortUnfinishedUploads"),
		AbortIncompleteMultipartUploadAfter: days(1),
	}}
	if props.Expiry == nil {
		return &rules
	}
	versions := &awss3.LifecycleRule{
		Id:                          jsii.String("ExpireOlderVersions"),
		Prefix:                      jsii.String(props.KeyPrefix),
		NoncurrentVersionExpiration: days(props.Expiry.VersionsAfterDays),
	}
	if props.Expiry.UploadsAfterDays == 0 {
		versions.ExpiredObjectDeleteMarker = jsii.Bool(true)
	} else {
		rules = append(rules, &awss3.LifecycleRule{
			Id:         jsii.String("ExpireUploads"),
			Prefix:     jsii.String(props.KeyPrefix),
			Expiration: days(props.Expiry.UploadsAfterDays),
		})
	}
	rules = append(append(rules, kindExpiry(props)...), versions)
	return &rules
}

func days(n int) awscdk.Duration { return awscdk.Duration_Days(jsii.Number(n)) }
