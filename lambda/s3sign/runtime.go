package presign

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// maxLifetime is the longest any stage may let a URL live. SigV4 itself would
// allow seven days.
const maxLifetime = time.Hour

// What stands where the environment is silent.
const (
	defaultThreshold = "104857600" // 100 MiB
	defaultNamespace = "Signpost"
)

// The tokens that Config.TokenUse can ask for, as Cognito's claim token_use
// has them (AWS, "Understanding user pool JSON web tokens").
const (
	idToken     = "id"
	accessToken = "access"
)

// Config is all that a function knows about its deployment. What only the
// upload function reads says so; the download function leaves it zero.
type Config struct {
	Bucket    string // name of the bucket that holds the uploads
	KeyPrefix string // what every key begins with; ends in a slash: "uploads/"
	Region    string // the bucket's region: "eu-west-1"

	URLLifetime    time.Duration // how long a signed URL may live; whole seconds, at most an hour
	AllowedOrigins []string      // exact origins that may read our answers: "https://app.example.com"

	ClientIDs     []string // app clients of the user pool whose tokens are accepted
	TokenUse      string   // which of their tokens: "id" or "access"
	RequiredGroup string   // the Cognito group that callers must be in, "" for none

	MetricsNamespace string // CloudWatch's, for the metrics within the log: "Signpost"

	// Uploads only.
	MaxSize            int64    // the largest file, in bytes; at most 48.8 TiB
	MultipartThreshold int64    // files larger than this, in bytes, are sent in parts; 5 MiB to 5 GiB
	ResumableUploads   bool     // whether the role may list and abort what is sent in parts
	AllowedTypes       []string // "image/png" or "image/*"

	// Credentials sign. Where CanExpire is set, no URL outlives Expires.
	Credentials aws.Credentials

	// Endpoint is empty on AWS: URLs are then regional and virtual-host style.
	// The local run gives its own S3, "http://127.0.0.1:7070", addressed by path.
	Endpoint string
}

// ParseConfig reads the upload function's environment through getenv
// (os.Getenv, in main). It reports every problem at once, one a line, each
// opening with the variable's name; values of credentials are never repeated.
//
// Unset, MULTIPART_THRESHOLD_BYTES is 100 MiB, RESUMABLE_UPLOADS false,
// TOKEN_USE id, REQUIRED_GROUP no group and METRICS_NAMESPACE Signpost. All
// else but AWS_SESSION_TOKEN and AWS_CREDENTIAL_EXPIRATION must be set.
func ParseConfig(getenv func(string) string) (Config, error) {
	cfg, expiration := parseShared(getenv)
	cfg.MaxSize = parseNumber(getenv("MAX_SIZE_BYTES"))
	cfg.MultipartThreshold = parseNumber(cmp.Or(getenv("MULTIPART_THRESHOLD_BYTES"), defaultThreshold))
	cfg.AllowedTypes = splitList(getenv("ALLOWED_TYPES"))
	resumable, flag := parseSwitch("RESUMABLE_UPLOADS", getenv("RESUMABLE_UPLOADS"))
	cfg.ResumableUploads = resumable
	return checked(cfg, append(cfg.uploadProblems(), flag, expiration)...)
}

// ParseDownloadConfig does for the download function what ParseConfig does for
// the upload function. It reads less: nothing of sizes, parts and types.
func ParseDownloadConfig(getenv func(string) string) (Config, error) {
	cfg, expiration := parseShared(getenv)
	return checked(cfg, append(cfg.problems(), expiration)...)
}

// parseShared reads what both functions are told. The error is about the
// credentials' expiry, which alone a Config can't hold unparsed.
func parseShared(getenv func(string) string) (Config, error) {
	cfg := Config{
		Bucket:           getenv("UPLOAD_BUCKET"),
		KeyPrefix:        getenv("KEY_PREFIX"),
		Region:           getenv("AWS_REGION"),
		URLLifetime:      parseSeconds(getenv("URL_LIFETIME_SECONDS")),
		AllowedOrigins:   splitList(getenv("ALLOWED_ORIGINS")),
		ClientIDs:        splitList(getenv("USER_POOL_CLIENT_IDS")),
		TokenUse:         cmp.Or(getenv("TOKEN_USE"), idToken),
		RequiredGroup:    getenv("REQUIRED_GROUP"),
		MetricsNamespace: cmp.Or(getenv("METRICS_NAMESPACE"), defaultNamespace),
		Credentials: aws.Credentials{
			AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
			SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
			SessionToken:    getenv("AWS_SESSION_TOKEN"),
			Source:          "environment",
		},
	}
	if s := getenv("AWS_CREDENTIAL_EXPIRATION"); s != "" {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return cfg, fmt.Errorf("AWS_CREDENTIAL_EXPIRATION: %q is not an RFC 3339 time", s)
		}
		cfg.Credentials.CanExpire, cfg.Credentials.Expires = true, t
	}
	return cfg, nil
}

// checked gives cfg back if none of the problems is one.
func checked(cfg Config, problems ...error) (Config, error) {
	if err := errors.Join(problems...); err != nil {
		return Config{}, err
	}
	return cfg, nil
}

// parseSwitch reads "true" or "false"; unset is false.
func parseSwitch(variable, s string) (bool, error) {
	switch s {
	case "true":
		return true, nil
	case "false", "":
		return false, nil
	}
	return false, fmt.Errorf("%s: %q is neither true nor false", variable, s)
}

// parseNumber gives -1, which no setting allows, for what is not a number.
func parseNumber(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// parseSeconds is careful not to let a huge number wrap around into a good one.
func parseSeconds(s string) time.Duration {
	n := parseNumber(s)
	if n > int64(maxLifetime/time.Second) {
		return -1
	}
	return time.Duration(n) * time.Second
}

func splitList(s string) []string {
	if s == "" {
		return nil
	}
	list := strings.Split(s, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}
