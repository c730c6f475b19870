package presign

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const (
	// maxPutSize is the most a single PutObject takes: 5 GiB.
	// AWS, "Amazon S3 multipart upload limits" and "Uploading objects".
	maxPutSize = 5 << 30

	// maxLifetime is the longest any stage may let a URL live. SigV4 itself
	// would allow seven days.
	maxLifetime = time.Hour

	// maxPrefixLength leaves room in a key's 1024 bytes for what follows the
	// prefix: at most 128 (sub) + 255 (id and what it may carry) + 255 (name).
	maxPrefixLength = 256
)

// Config is all that the function knows about its deployment.
type Config struct {
	Bucket    string // name of the bucket that takes the uploads
	KeyPrefix string // what every key begins with; ends in a slash: "uploads/"
	Region    string // the bucket's region: "eu-west-1"

	URLLifetime time.Duration // how long a signed URL may live; whole seconds, at most an hour
	MaxSize     int64         // the largest file, in bytes; at most 5 GiB

	AllowedTypes   []string // "image/png", "image/*" or "*/*"
	AllowedOrigins []string // exact origins that may read our answers: "https://app.example.com"
	ClientIDs      []string // app clients of the user pool whose ID tokens are accepted

	// Credentials sign. Where CanExpire is set, no URL outlives Expires.
	Credentials aws.Credentials

	// Endpoint is empty on AWS: URLs are then regional and virtual-host style.
	// The local run gives its own S3, "http://127.0.0.1:7070", addressed by path.
	Endpoint string
}

// ParseConfig reads the function's environment through getenv (os.Getenv, in
// main). It reports every problem at once, one a line, each opening with the
// variable's name; values of credentials are never repeated.
func ParseConfig(getenv func(string) string) (Config, error) {
	cfg := Config{
		Bucket:         getenv("UPLOAD_BUCKET"),
		KeyPrefix:      getenv("KEY_PREFIX"),
		Region:         getenv("AWS_REGION"),
		URLLifetime:    parseSeconds(getenv("URL_LIFETIME_SECONDS")),
		MaxSize:        parseNumber(getenv("MAX_SIZE_BYTES")),
		AllowedTypes:   splitList(getenv("ALLOWED_TYPES")),
		AllowedOrigins: splitList(getenv("ALLOWED_ORIGINS")),
		ClientIDs:      splitList(getenv("USER_POOL_CLIENT_IDS")),
		Credentials: aws.Credentials{
			AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
			SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
			SessionToken:    getenv("AWS_SESSION_TOKEN"),
			Source:          "environment",
		},
	}
	problems := cfg.problems()
	if s := getenv("AWS_CREDENTIAL_EXPIRATION"); s != "" {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			problems = append(problems, fmt.Errorf("AWS_CREDENTIAL_EXPIRATION: %q is not an RFC 3339 time", s))
		}
		cfg.Credentials.CanExpire, cfg.Credentials.Expires = true, t
	}
	if len(problems) > 0 {
		return Config{}, errors.Join(problems...)
	}
	return cfg, nil
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

// problems lists what is wrong, each with the variable that carries it.
func (c Config) problems() []error {
	var ps []error
	complain := func(variable, format string, args ...any) {
		ps = append(ps, errors.New(variable+": "+fmt.Sprintf(format, args...)))
	}
	if why := bucketNameProblem(c.Bucket); why != "" {
		complain("UPLOAD_BUCKET", "%q %s", c.Bucket, why)
	}
	if why := keyPrefixProblem(c.KeyPrefix); why != "" {
		complain("KEY_PREFIX", "%q %s", c.KeyPrefix, why)
	}
	if c.Region == "" || !consistsOf(c.Region, isLowerAlnum, "-") {
		complain("AWS_REGION", "%q is not a region such as eu-west-1", c.Region)
	}
	if c.URLLifetime < time.Second || c.URLLifetime > maxLifetime || c.URLLifetime%time.Second != 0 {
		complain("URL_LIFETIME_SECONDS", "must be a whole number from 1 to %d", maxLifetime/time.Second)
	}
	if c.MaxSize < 1 || c.MaxSize > maxPutSize {
		complain("MAX_SIZE_BYTES", "must be a whole number from 1 to %d (5 GiB, the most that one PutObject takes)", int64(maxPutSize))
	}
	for _, list := range []struct {
		variable string
		values   []string
		problem  func(string) string
	}{
		{"ALLOWED_TYPES", c.AllowedTypes, allowedTypeProblem},
		{"ALLOWED_ORIGINS", c.AllowedOrigins, originProblem},
		{"USER_POOL_CLIENT_IDS", c.ClientIDs, clientIDProblem},
	} {
		if len(list.values) == 0 {
			complain(list.variable, "must name at least one, separated by commas")
		}
		for _, v := range list.values {
			if why := list.problem(v); why != "" {
				complain(list.variable, "%q %s", v, why)
			}
		}
	}
	if why := endpointProblem(c.Endpoint); why != "" {
		complain("endpoint", "%q %s", c.Endpoint, why)
	}
	if c.Credentials.AccessKeyID == "" {
		complain("AWS_ACCESS_KEY_ID", "is not set")
	}
	if c.Credentials.SecretAccessKey == "" {
		complain("AWS_SECRET_ACCESS_KEY", "is not set")
	}
	return ps
}

// bucketNameProblem follows AWS, "General purpose bucket naming rules", as far
// as they decide how a bucket is addressed and signed for.
func bucketNameProblem(s string) string {
	switch {
	case len(s) < 3 || len(s) > 63 || !consistsOf(s, isLowerAlnum, ".-"):
		return "is not a bucket name"
	case !isLowerAlnum(s[0]) || !isLowerAlnum(s[len(s)-1]) || strings.Contains(s, ".."):
		return "is not a bucket name"
	}
	for _, suffix := range []string{"--x-s3", "--table-s3", "--ol-s3", "--op-s3", "-s3alias", ".mrap"} {
		if strings.HasSuffix(s, suffix) {
			return "is no general purpose bucket, and others are signed for in another way"
		}
	}
	return ""
}

func keyPrefixProblem(s string) string {
	switch {
	case !strings.HasSuffix(s, "/"):
		return "must end in a slash"
	case len(s) > maxPrefixLength:
		return fmt.Sprintf("is longer than %d bytes", maxPrefixLength)
	}
	// Only what a URL carries unescaped, so that a key and its path are the same text.
	for _, segment := range strings.Split(strings.TrimSuffix(s, "/"), "/") {
		if segment == "" || strings.Trim(segment, ".") == "" || !consistsOf(segment, isAlnum, "-_.") {
			return "may hold only letters, digits, '-', '_' and '.' between its slashes"
		}
	}
	return ""
}

func originProblem(s string) string {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.Scheme+"://"+u.Host != s || strings.Contains(u.Host, "*") {
		return "is not an exact origin such as https://app.example.com"
	}
	return ""
}

func clientIDProblem(s string) string {
	if s == "" || !consistsOf(s, isAlnum, "_+") {
		return "is not an app client id"
	}
	return ""
}

// endpointProblem checks what only the local run gives.
func endpointProblem(s string) string {
	u, err := url.Parse(s)
	if s != "" && (err != nil || u.Host == "" || u.Scheme+"://"+u.Host != s) {
		return "is not a URL such as http://127.0.0.1:7070"
	}
	return ""
}
