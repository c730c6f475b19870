package s3sign

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"signpost/lambda/ascii"
	"signpost/lambda/config"
)

// Runtime is what a function gets from where it runs, and which host its URLs have. Lambda sets all
// but the last two ("Working with Lambda environment variables", AWS Lambda Developer Guide).
type Runtime struct {
	Region string // region of the function and its bucket: "eu-west-1"

	// Credentials are those of the function's role. If CanExpire is set, no signed request outlives
	// Expires.
	Credentials aws.Credentials

	// Endpoint is empty on AWS, where URLs have the bucket's regional host. The local run sets that
	// of its own S3, such as "http://127.0.0.1:7070", and URLs then have the bucket in the path.
	Endpoint string

	// TransferAcceleration gives URLs the host of S3 Transfer Acceleration, unless there is an
	// Endpoint.
	TransferAcceleration bool
}

// RuntimeFromEnvironment reads the region and the credentials. The error lists every problem, one
// on each line, as "VARIABLE: problem", and never repeats a credential.
//
// AWS_SESSION_TOKEN and AWS_CREDENTIAL_EXPIRATION are optional.
func RuntimeFromEnvironment(getenv func(string) string) (Runtime, error) {
	r := Runtime{
		Region: getenv("AWS_REGION"),
		Credentials: aws.Credentials{
			AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
			SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
			SessionToken:    getenv("AWS_SESSION_TOKEN"),
			Source:          "environment",
		},
	}
	problems := []error{r.Validate()}
	if s := getenv("AWS_CREDENTIAL_EXPIRATION"); s != "" {
		expires, err := time.Parse(time.RFC3339, s)
		if err != nil {
			problems = append(problems, fmt.Errorf("AWS_CREDENTIAL_EXPIRATION: %q is not an RFC 3339 time", s))
		}
		r.Credentials.CanExpire, r.Credentials.Expires = true, expires
	}
	if err := errors.Join(problems...); err != nil {
		return Runtime{}, err
	}
	return r, nil
}

// Validate reports every problem, one on each line, as "VARIABLE: problem".
func (r Runtime) Validate() error {
	var problems []error
	if r.Region == "" || !ascii.ConsistsOf(r.Region, ascii.Lower+ascii.Digits+"-") {
		problems = append(problems, fmt.Errorf("AWS_REGION: %q is not a region such as eu-west-1", r.Region))
	}
	if problem := config.TransferAccelerationProblem(r.Region); r.TransferAcceleration && r.Endpoint == "" && problem != "" {
		problems = append(problems, fmt.Errorf("AWS_REGION: %q %s", r.Region, problem))
	}
	if r.Credentials.AccessKeyID == "" {
		problems = append(problems, errors.New("AWS_ACCESS_KEY_ID: is not set"))
	}
	if r.Credentials.SecretAccessKey == "" {
		problems = append(problems, errors.New("AWS_SECRET_ACCESS_KEY: is not set"))
	}
	u, err := url.Parse(r.Endpoint)
	if r.Endpoint != "" && (err != nil || u.Host == "" || u.Scheme+"://"+u.Host != r.Endpoint) {
		problems = append(problems, fmt.Errorf("endpoint: %q is not a URL such as http://127.0.0.1:7070", r.Endpoint))
	}
	return errors.Join(problems...)
}
