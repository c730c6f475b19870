package s3sign

import (
	"net/url"
	"strings"
)

// bucketURL returns the URL of a bucket: on AWS its virtual host, which is regional or accelerated,
// elsewhere <endpoint>/<bucket>.
//
// The accelerate endpoint takes every operation that is signed here: all but listing, creating and
// deleting buckets, and copies between regions ("Getting started with
// Amazon S3 Transfer Acceleration", Amazon S3 User Guide). The signature still names the bucket's
// own region. The host is signed, so a caller can't move a URL to the other host.
//
// The SDK's endpoint rules for S3 come to the same URLs, and a test compares them for every region
// that the SDK knows. The functions don't import those rules, because package service/s3 compiles
// regular expressions and builds tables before main runs, which takes a tenth of a cold start.
func bucketURL(bucket string, r Runtime) url.URL {
	if scheme, host, ok := strings.Cut(r.Endpoint, "://"); ok {
		return url.URL{Scheme: scheme, Host: host, Path: "/" + bucket}
	}
	if r.TransferAcceleration {
		return url.URL{Scheme: "https", Host: bucket + ".s3-accelerate." + dnsSuffix(r.Region)}
	}
	host := "s3." + r.Region + "." + dnsSuffix(r.Region)
	if strings.Contains(bucket, ".") {
		// S3's certificate covers one label before its own host name.
		return url.URL{Scheme: "https", Host: host, Path: "/" + bucket}
	}
	return url.URL{Scheme: "https", Host: bucket + "." + host}
}

// dnsSuffix returns the domain of a region's partition.
func dnsSuffix(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "amazonaws.com.cn"
	case strings.HasPrefix(region, "eusc-"):
		return "amazonaws.eu"
	case strings.HasPrefix(region, "us-iso-"):
		return "c2s.ic.gov"
	case strings.HasPrefix(region, "us-isob-"):
		return "sc2s.sgov.gov"
	case strings.HasPrefix(region, "us-isof-"):
		return "csp.hci.ic.gov"
	case strings.HasPrefix(region, "eu-isoe-"):
		return "cloud.adc-e.uk"
	}
	return "amazonaws.com" // aws and aws-us-gov
}
