package uploads

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"signpost/lambda/config"
)

// gatewayResponse is API Gateway's answer when it refuses a request itself, so that no function is
// called.
type gatewayResponse struct {
	kind    string // API Gateway's name ("Gateway response types for API Gateway", Amazon API Gateway Developer Guide)
	status  string // "" keeps API Gateway's
	code    string
	message string
}

// noSuchRoute is the message for an unknown route, whichever part of API Gateway notices.
const noSuchRoute = "there is no such route"

// gatewayResponses give API Gateway's refusals the form of the HTTP contract. DEFAULT_4XX and
// DEFAULT_5XX are for all types that aren't listed.
//
// The two signature types can only be about an unknown route: API Gateway reads the Authorization
// header as SigV4 if no method matched, and no method here uses IAM. addUnknownRoutes answers most
// such requests before; these are for the rest.
//
// API Gateway refuses a body over 10 MB in plain text and ignores REQUEST_TOO_LARGE ("Amazon API
// Gateway important notes", Amazon API Gateway Developer Guide; koki-develop/lgtm-generator#10). It
// is set in case that changes.
var gatewayResponses = []gatewayResponse{
	{"UNAUTHORIZED", "401", "Unauthorized", "sign in: the Authorization header must hold a valid ID token of this deployment's user pool"},
	{"MISSING_AUTHENTICATION_TOKEN", "404", "NotFound", noSuchRoute}, // API Gateway's name for an unknown route
	{"INVALID_SIGNATURE", "404", "NotFound", noSuchRoute},
	{"EXPIRED_TOKEN", "404", "NotFound", noSuchRoute}, // of the credentials of a signature; an expired token is UNAUTHORIZED
	{"RESOURCE_NOT_FOUND", "404", "NotFound", noSuchRoute},
	{"ACCESS_DENIED", "403", "Forbidden", "this request is not allowed"},
	{"INVALID_API_KEY", "403", "Forbidden", "this request is not allowed"},
	{"WAF_FILTERED", "403", "Forbidden", "this request is not allowed"},
	{"BAD_REQUEST_BODY", "400", "InvalidJSON", "the request body must be a JSON object"},
	{"BAD_REQUEST_PARAMETERS", "400", "InvalidRequest", "a parameter of the request is missing or malformed"},
	{"REQUEST_TOO_LARGE", "413", "BodyTooLarge", "the request is too large"},
	{"UNSUPPORTED_MEDIA_TYPE", "415", "TypeNotAllowed", "the request's Content-Type must be application/json"},
	{"THROTTLED", "429", "TooManyRequests", "too many requests: wait a second and try again"},
	{"QUOTA_EXCEEDED", "429", "TooManyRequests", "too many requests: wait a second and try again"},
	{"DEFAULT_4XX", "", "InvalidRequest", "the request is invalid"},
	{"DEFAULT_5XX", "500", "Internal", "internal error; try again, or look up the request id in the log"},
}

// ofIssuers are the refusals that differ with Issuers, where a function verifies the tokens.
//
// API Gateway answers UNAUTHORIZED if the header can't be a token, or if the function says so, and
// ACCESS_DENIED if the function's policy denies the request. If the function fails, is throttled or
// takes too long, API Gateway answers 500 with either of the last two, and never 429 or 504
// ("Gateway response types for API Gateway", Amazon API Gateway Developer Guide;
// auth0-samples/jwt-rsa-aws-custom-authorizer#6; "API Gateway + Lambda authorizer + Lambda proxy
// integration failure modes", dev.to).
var ofIssuers = []gatewayResponse{
	{"UNAUTHORIZED", "401", "Unauthorized", "sign in: the Authorization header must hold a valid token of an issuer that this deployment accepts"},
	{"ACCESS_DENIED", "403", "Forbidden", "the token lacks a claim that this deployment requires"},
	{"AUTHORIZER_FAILURE", "500", "Internal", tokensUnverified},
	{"AUTHORIZER_CONFIGURATION_ERROR", "500", "Internal", tokensUnverified},
}

const tokensUnverified = "tokens can't be verified at the moment: wait a few seconds and try again, or look up the request id in the log"

// refusals returns the gateway responses of a deployment.
func refusals(callers Callers) []gatewayResponse {
	all := slices.Clone(gatewayResponses)
	if callers.Issuers == nil {
		if callers.tokenUse() == config.AccessToken {
			for i := range all {
				all[i].message = strings.Replace(all[i].message, "ID token", "access token", 1)
			}
		}
		return all
	}
	for _, response := range ofIssuers {
		if i := slices.IndexFunc(all, func(other gatewayResponse) bool { return other.kind == response.kind }); i >= 0 {
			all[i] = response
		} else {
			all = append(all, response)
		}
	}
	return all
}

// retryAfter is in how many seconds a request may succeed, "" if it won't. Until then an issuer may
// have answered the function, or a call of the function be over.
func (r gatewayResponse) retryAfter() string {
	switch {
	case r.status == "429":
		return "1"
	case r.message == tokensUnverified:
		return "5"
	}
	return ""
}

// addGatewayResponses adds the refusals with their bodies and headers. Without CORS headers, a
// browser would show the page a network error instead of the refusal.
func addGatewayResponses(api awsapigateway.RestApi, props Props) {
	for _, response := range refusals(props.Callers) {
		headers := refusalHeaders(props)
		if seconds := response.retryAfter(); seconds != "" {
			headers["Retry-After"] = jsii.String("'" + seconds + "'")
		}
		options := &awsapigateway.GatewayResponseOptions{
			Type:            awsapigateway.ResponseType_Of(jsii.String(response.kind)),
			ResponseHeaders: &headers,
			Templates:       &map[string]*string{"application/json": jsii.String(response.body())},
		}
		if response.status != "" {
			options.StatusCode = jsii.String(response.status)
		}
		api.AddGatewayResponse(jsii.String(pascalCase(response.kind)), options)
	}
}

// body is the answer's body, in which only the request's id varies.
func (r gatewayResponse) body() string {
	type detail struct {
		Code      string `json:"code"`
		Message   string `json:"message"`
		RequestID string `json:"requestId"`
	}
	text, err := json.Marshal(map[string]detail{"error": {r.code, r.message, "$context.requestId"}})
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(text)
}

// pascalCase makes the construct id AccessDenied from API Gateway's ACCESS_DENIED.
func pascalCase(kind string) string {
	var id strings.Builder
	for word := range strings.SplitSeq(kind, "_") {
		id.WriteString(word[:1] + strings.ToLower(word[1:]))
	}
	return id.String()
}
