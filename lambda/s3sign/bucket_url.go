package presign

import (
	"net/url"
	"strings"
)

// bucketURL is where a bucket is: on AWS its regional virtual host, else
// <endpoint>/<bucket>.
//
// The SDK's endpoint rules for S3 say the same, and a test holds these lines
// to them for every region the SDK knows. They are not imported because they
// cost every cold start a tenth of its time: package service/s3 compiles its
// regular expressions and builds its tables before main runs.
func bucketURL(cfg Config) url.URL {
	if scheme, host, ok := strings.Cut(cfg.Endpoint, "://"); ok {
		return url.URL{Scheme: scheme, Host: host, Path: "/" + cfg.Bucket}
	}
	host := "s3." + cfg.Region + "." + dnsSuffix(cfg.Region)
	if strings.Contains(cfg.Bucket, ".") {
		// S3's certificate covers one label before its own host name.
		return url.URL{Scheme: "https", Host: host, Path: "/" + cfg.Bucket}
	}
	return url.URL{Scheme: "https", Host: cfg.Bucket + "." + host}
}

// dnsSuffix is the domain of a region's partition.
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
