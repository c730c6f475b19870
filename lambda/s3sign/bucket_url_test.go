package s3sign

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyauth "github.com/aws/smithy-go/auth"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"pgregory.net/rapid"

	"signpost/lambda/s3sign/s3signtest"
)

// regions holds at least one of each partition, and all that the SDK lists by name.
var regions = strings.Fields(`
	af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2
	ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7
	ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3
	il-central-1 me-central-1 me-south-1 me-west-1 mx-central-1 sa-east-1 sa-west-1 us-east-1 us-east-2 us-west-1 us-west-2
	cn-north-1 cn-northwest-1 eusc-de-east-1 us-gov-east-1 us-gov-west-1
	us-iso-east-1 us-iso-west-1 us-isob-east-1 us-isob-west-1 eu-isoe-west-1 us-isof-east-1 us-isof-south-1`)

func sdkURL(t testing.TB, bucket string, r Runtime) string {
	t.Helper()
	p := s3.EndpointParameters{Bucket: &bucket, Region: &r.Region}
	if r.Endpoint != "" {
		p.Endpoint, p.ForcePathStyle = &r.Endpoint, aws.Bool(true)
	}
	got, err := s3.NewDefaultEndpointResolverV2().ResolveEndpoint(t.Context(), p)
	if err != nil {
		t.Fatalf("%s in %s: %v", bucket, r.Region, err)
	}
	return got.URI.String()
}

func TestBucketURLFollowsTheSDKsEndpointRules(t *testing.T) {
	t.Parallel()
	for _, region := range regions {
		for _, bucket := range []string{"signpost-uploads", "dotted.bucket.example", strings.Repeat("a", 63)} {
			for _, endpoint := range []string{"", "http://127.0.0.1:7070", "https://s3.internal.example"} {
				r := Runtime{Region: region, Endpoint: endpoint}
				got := bucketURL(bucket, r)
				if want := sdkURL(t, bucket, r); got.String() != want {
					t.Errorf("bucketURL(%s, %+v)\n got %s\nwant %s", bucket, r, got.String(), want)
				}
			}
		}
	}
}

// Where Validate accepts acceleration, the SDK comes to the same URL and signs for the same region.
// Where the SDK refuses it, Validate does too.
func TestAcceleratedBucketURLFollowsTheSDKsEndpointRules(t *testing.T) {
	t.Parallel()
	accepted := 0
	for _, region := range regions {
		r := testRuntime()
		r.Region, r.TransferAcceleration = region, true
		bucket := testBucket
		sdk, sdkErr := s3.NewDefaultEndpointResolverV2().ResolveEndpoint(t.Context(), s3.EndpointParameters{Bucket: &bucket, Region: &region, Accelerate: aws.Bool(true)})
		if err := r.Validate(); err != nil {
			if !strings.HasPrefix(err.Error(), "AWS_REGION: ") {
				t.Errorf("%s: %v", region, err)
			}
			continue
		}
		accepted++
		if sdkErr != nil {
			t.Errorf("%s: accepted, and the SDK refuses it: %v", region, sdkErr)
			continue
		}
		if got := bucketURL(bucket, r); got.String() != sdk.URI.String() || got.Host != "signpost-uploads.s3-accelerate.amazonaws.com" {
			t.Errorf("%s:\n got %s\nwant %s", region, got.String(), sdk.URI.String())
		}
		options, _ := smithyauth.GetAuthOptions(&sdk.Properties)
		signsFor, _ := smithyhttp.GetSigV4SigningRegion(&options[0].SignerProperties)
		if signsFor != region {
			t.Errorf("%s: the SDK signs for %s", region, signsFor)
		}
	}
	if accepted != 36 {
		t.Errorf("%d regions are accepted, want all 36 of the partition aws", accepted)
	}
}

// Future regions: any that matches the patterns by which the SDK knows partitions.
func TestBucketURLFollowsTheSDKInFutureRegions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		prefix := rapid.SampledFrom([]string{"us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx", "cn", "eusc-de",
			"us-gov", "us-iso", "us-isob", "us-isof", "eu-isoe"}).Draw(rt, "prefix")
		region := fmt.Sprintf("%s-%s-%d", prefix, rapid.StringMatching(`[a-z]{3,9}`).Draw(rt, "place"), rapid.IntRange(1, 99).Draw(rt, "number"))
		const bucket = "signpost-uploads"
		r := Runtime{Region: region}
		got := bucketURL(bucket, r)
		if want := sdkURL(t, bucket, r); got.String() != want {
			rt.Errorf("%s: got %s, want %s", region, got.String(), want)
		}
	})
}

// A listing has no key, and its path ends where that of the bucket does.
func TestSignedListingAddressesTheBucket(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]string{
		"":                      "https://signpost-uploads.s3.eu-west-1.amazonaws.com/?",
		"http://127.0.0.1:7070": "http://127.0.0.1:7070/signpost-uploads/?",
	} {
		r := testRuntime()
		r.Endpoint = endpoint
		got, err := newTestSigner(t, r).Sign(t.Context(), ListObjectsV2("uploads/a/", "", 1000), Validity{testNow, testLifetime})
		if err != nil || !strings.HasPrefix(got.URL, want) {
			t.Errorf("%s: URL %s, %v; want it to begin with %s", endpoint, got.URL, err, want)
		}
	}
}

func TestSignedURLAddressesTheBucket(t *testing.T) {
	t.Parallel()
	type target struct {
		endpoint     string
		acceleration bool
	}
	for target, want := range map[target]string{
		{"", false}:                      "https://signpost-uploads.s3.eu-west-1.amazonaws.com/uploads/a?",
		{"", true}:                       "https://signpost-uploads.s3-accelerate.amazonaws.com/uploads/a?",
		{"http://127.0.0.1:7070", false}: "http://127.0.0.1:7070/signpost-uploads/uploads/a?",
		{"http://127.0.0.1:7070", true}:  "http://127.0.0.1:7070/signpost-uploads/uploads/a?",
	} {
		r := testRuntime()
		r.Endpoint, r.TransferAcceleration = target.endpoint, target.acceleration
		got, err := newTestSigner(t, r).Sign(t.Context(), GetObject("uploads/a", Presentation{}), Validity{testNow, testLifetime})
		if err != nil || !strings.HasPrefix(got.URL, want) {
			t.Errorf("%v: URL %s, %v; want it to begin with %s", target, got.URL, err, want)
			continue
		}
		if !strings.Contains(got.URL, "%2Feu-west-1%2Fs3%2Faws4_request") || !strings.Contains(got.URL, "X-Amz-SignedHeaders=host") {
			t.Errorf("%v: the URL is not signed for the bucket's region and for its host: %s", target, got.URL)
		}
		seen := s3signtest.Request{Method: got.Method, URL: got.URL}
		if err := seen.SignatureError(r.Credentials.SecretAccessKey); err != nil {
			t.Errorf("%v: %v", target, err)
		}
	}
}
