package presign

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"signpost/lambda/mediatype"
)

// maxPrefixLength leaves room in a key's 1024 bytes for what follows the
// prefix: at most 128 (sub) + 255 (id and what it may carry) + 255 (name).
const maxPrefixLength = 256

// complaints are what is wrong with a Config, each opening with the variable
// that carries it.
type complaints []error

func (c *complaints) add(variable, format string, args ...any) {
	*c = append(*c, errors.New(variable+": "+fmt.Sprintf(format, args...)))
}

// addEach holds a list's values to a rule, and the list to having one.
func (c *complaints) addEach(variable string, values []string, problem func(string) string) {
	if len(values) == 0 {
		c.add(variable, "must name at least one, separated by commas")
	}
	for _, v := range values {
		if why := problem(v); why != "" {
			c.add(variable, "%q %s", v, why)
		}
	}
}

// addOne holds one value to a rule.
func (c *complaints) addOne(variable, value string, problem func(string) string) {
	if why := problem(value); why != "" {
		c.add(variable, "%q %s", value, why)
	}
}

// problems lists what is wrong with what both functions read.
func (c Config) problems() []error {
	var ps complaints
	ps.addOne("UPLOAD_BUCKET", c.Bucket, bucketNameProblem)
	ps.addOne("KEY_PREFIX", c.KeyPrefix, keyPrefixProblem)
	if c.Region == "" || !consistsOf(c.Region, isLowerAlnum, "-") {
		ps.add("AWS_REGION", "%q is not a region such as eu-west-1", c.Region)
	}
	if c.URLLifetime < time.Second || c.URLLifetime > maxLifetime || c.URLLifetime%time.Second != 0 {
		ps.add("URL_LIFETIME_SECONDS", "must be a whole number from 1 to %d", maxLifetime/time.Second)
	}
	ps.addEach("ALLOWED_ORIGINS", c.AllowedOrigins, originProblem)
	ps.addEach("USER_POOL_CLIENT_IDS", c.ClientIDs, clientIDProblem)
	if c.TokenUse != idToken && c.TokenUse != accessToken {
		ps.add("TOKEN_USE", "%q is neither %s nor %s", c.TokenUse, idToken, accessToken)
	}
	ps.addOne("REQUIRED_GROUP", c.RequiredGroup, groupProblem)
	ps.addOne("METRICS_NAMESPACE", c.MetricsNamespace, namespaceProblem)
	ps.addOne("endpoint", c.Endpoint, endpointProblem)
	if c.Credentials.AccessKeyID == "" {
		ps.add("AWS_ACCESS_KEY_ID", "is not set")
	}
	if c.Credentials.SecretAccessKey == "" {
		ps.add("AWS_SECRET_ACCESS_KEY", "is not set")
	}
	return ps
}

// uploadProblems adds what is wrong with what only the upload function reads.
func (c Config) uploadProblems() []error {
	ps := complaints(c.problems())
	if c.MaxSize < 1 || c.MaxSize > maxObjectSize {
		ps.add("MAX_SIZE_BYTES", "must be a whole number from 1 to %d (48.8 TiB, the most that S3 takes for one object)", int64(maxObjectSize))
	}
	if c.MultipartThreshold < minPartSize || c.MultipartThreshold > maxPutSize {
		ps.add("MULTIPART_THRESHOLD_BYTES", "must be a whole number from %d to %d (5 MiB, the least that S3 takes as a part, to 5 GiB, the most that one PutObject takes)",
			int64(minPartSize), int64(maxPutSize))
	}
	ps.addEach("ALLOWED_TYPES", c.AllowedTypes, mediatype.PatternProblem)
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

// originSchemes are those of the pages of websites, and of apps and extensions, as package infra takes them.
var originSchemes = []string{"http", "https", "app", "capacitor", "chrome-extension", "ionic", "tauri"}

func originProblem(s string) string {
	u, err := url.Parse(s)
	if err != nil || !slices.Contains(originSchemes, u.Scheme) || u.Host == "" || u.Scheme+"://"+u.Host != s || strings.Contains(u.Host, "*") {
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

// groupProblem takes the names of groups that can be told apart in the claim,
// see isMember. Cognito itself allows commas and brackets in them.
func groupProblem(s string) string {
	if len(s) > 128*4 || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == ',' || r == '[' || r == ']' || r == utf8.RuneError }) {
		return "is not a group's name without space, comma or bracket"
	}
	return ""
}

// namespaceProblem follows AWS, "MetricDatum" and "PutMetricData".
func namespaceProblem(s string) string {
	if s == "" || len(s) > 255 || strings.HasPrefix(s, ":") || strings.HasPrefix(s, "AWS/") || !consistsOf(s, isAlnum, ".-_/#:") {
		return "is not a namespace for metrics of one's own, such as Signpost"
	}
	return ""
}
