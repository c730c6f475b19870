package config

import "strings"

// TransferAccelerationProblem returns why a region has no S3 Transfer Acceleration, to be read
// after the region; "" means that its partition has it. The accelerate endpoint is in amazonaws.com
// only ("Configuring fast, secure file transfers using Amazon S3 Transfer Acceleration", Amazon S3
// User Guide). GovCloud doesn't have it ("Amazon S3 in AWS GovCloud (US)", AWS GovCloud (US) User
// Guide), and the SDK's endpoint rules refuse it in China.
//
// Within the partition aws, the User Guide lists the regions. AWS adds to that list, so it isn't
// here; preflight compares with it.
func TransferAccelerationProblem(region string) string {
	for _, prefix := range []string{"cn-", "us-gov-", "us-iso", "eu-iso", "eusc-"} {
		if strings.HasPrefix(region, prefix) {
			return "is in a partition without S3 Transfer Acceleration: only regions of the partition aws have it"
		}
	}
	return ""
}

// acceleration is a flag that needs a bucket whose name has no dots, because the accelerate
// endpoint has the bucket in its host name and S3 refuses names with dots there.
type acceleration struct {
	flag
	bucket *string
}

func (a acceleration) problems() []string {
	if *a.on && strings.Contains(*a.bucket, ".") {
		return []string{"can't be true for a bucket with dots in its name: S3 Transfer Acceleration doesn't accept them"}
	}
	return nil
}
