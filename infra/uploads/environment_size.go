package uploads

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// maxEnvironment is what the environment variables of a function can take together, in bytes
// ("Lambda quotas", AWS Lambda Developer Guide: 4 KB). CloudFormation finds out only during the
// deployment. Lambda measures the variables as JSON, so a quote in a value counts twice: its refusal
// has the text that it measured (github-aws-runners/terraform-aws-github-runner#3594).
const maxEnvironment = 4096

// What isn't known before the deployment counts with its largest length.
const (
	longestBucketName = 63  // "General purpose bucket naming rules", Amazon S3 User Guide
	longestClientID   = 128 // "CreateUserPoolClient", Amazon Cognito user pools API Reference

	// longestPoolURL is that of a pool as an issuer. A pool's id has at most 55 characters
	// ("DescribeUserPool", Amazon Cognito user pools API Reference), and a region's name about 25.
	longestPoolURL = len("https://cognito-idp..amazonaws.com.cn/") + 55 + 25
)

// propOfVariable are the variables that can be long, and the props that they hold.
var propOfVariable = map[string]string{
	"KINDS":                "Kinds",
	"ALLOWED_ORIGINS":      "AllowedOrigins",
	"ALLOWED_TYPES":        "AllowedTypes",
	"USER_POOL_CLIENT_IDS": "Callers.ExistingPool",
	"METRICS_NAMESPACE":    "MetricsNamespace",
	"KEY_PREFIX":           "KeyPrefix",
	"REQUIRED_GROUP":       "Callers.RequiredGroup",
}

// checkEnvironmentSize checks the environment of the upload function, which has all variables of the
// others and more. Without Kinds the other limits see to it that it fits.
func (p Props) checkEnvironmentSize(found problems) {
	full := p.withDefaults()
	environment := uploadConfig(full, strings.Repeat("b", longestBucketName), full.Callers.longestClientIDs()).Environment()
	if size := jsonSize(environment); len(p.Kinds) > 0 && size > maxEnvironment {
		found.add("Kinds", "make the function's environment %d bytes long, %d more than the %d that Lambda allows: shorten or leave out what takes most, which is %s. Families such as image/* are shorter than their types",
			size, size-maxEnvironment, maxEnvironment, strings.Join(full.longestVariables(environment), ", "))
	}
}

// longestVariables returns the props that take most of the environment, with their bytes: at most
// three, and none that would hardly help.
func (p Props) longestVariables(environment map[string]string) (all []string) {
	const tooShort = 100
	names := slices.DeleteFunc(sortedKeys(propOfVariable), func(name string) bool {
		ofNewPool := name == "USER_POOL_CLIENT_IDS" && p.Callers.ExistingPool == nil
		return ofNewPool || jsonSize(environment[name]) < tooShort
	})
	slices.SortStableFunc(names, func(a, b string) int {
		return cmp.Compare(jsonSize(environment[b]), jsonSize(environment[a]))
	})
	for _, name := range names[:min(3, len(names))] {
		all = append(all, fmt.Sprintf("%s with %d", propOfVariable[name], jsonSize(environment[name])))
	}
	return all
}

// longestClientIDs returns the ids of the app clients that are accepted, or others of the largest
// length if they are known only during the deployment. There are none without a pool.
func (c Callers) longestClientIDs() []string {
	if !c.hasPool() {
		return nil
	}
	unknown := 1 // that of a new pool
	if c.ExistingPool != nil {
		if ids := c.ExistingPool.ClientIDs; len(ids) > 0 && !IsToken(strings.Join(ids, ",")) {
			return ids
		}
		unknown = max(len(c.ExistingPool.ClientIDs), len(c.ExistingPool.Clients))
	}
	if unknown == 0 {
		return nil // which is refused elsewhere
	}
	joined := strings.Join(slices.Repeat([]string{strings.Repeat("c", longestClientID)}, unknown), ",")
	return strings.Split(joined[:min(len(joined), maxJoinedClients)], ",")
}

// longestPoolURL returns the issuer of the user pool, or another URL of the largest length if it is
// known only during the deployment.
func (c Callers) longestPoolURL() string {
	if c.ExistingPool != nil && c.ExistingPool.IssuerURL != "" {
		return Issuer{URL: c.ExistingPool.IssuerURL}.longest().URL
	}
	return strings.Repeat("u", longestPoolURL)
}

// jsonSize is how many bytes a value has as JSON, without escapes that only HTML needs.
func jsonSize(value any) int {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // strings and maps of strings can always be written
	return text.Len() - len("\n")
}
