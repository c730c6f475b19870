package apigateway

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// unknownRoute refuses a request that no method serves. API Gateway treats such a request as one
// that IAM authorizes, and reads the Authorization header as SigV4. The request is refused whatever
// the header is, because no method here uses IAM.
//
// The messages are those of public reports (amazon-archives/aws-cognito-angular-quickstart#50,
// serverless/serverless#3205, keboola/developer-portal#102). In newer ones, a hash replaces the
// header's text. No report says which gateway response a malformed header gets. INVALID_SIGNATURE
// is the one "for an invalid AWS signature error" ("Gateway response types for API Gateway").
func unknownRoute(c *call) refusal {
	header := c.Header.Get("Authorization")
	if header == "" {
		return missingToken
	}
	incomplete := func(message string) refusal {
		return refusal{"INVALID_SIGNATURE", 403, "IncompleteSignatureException", message}
	}
	_, rest, _ := strings.Cut(header, " ")
	given := map[string]bool{}
	for pair := range strings.FieldsFuncSeq(rest, func(r rune) bool { return r == ',' || r == ' ' }) {
		name, _, ok := strings.Cut(pair, "=")
		if !ok {
			hash := sha256.Sum256([]byte(pair))
			return incomplete("Invalid key=value pair (missing equal-sign) in Authorization header " +
				"(hashed with SHA-256 and encoded with Base64): '" + base64.StdEncoding.EncodeToString(hash[:]) + "'.")
		}
		given[name] = true
	}
	var missing []string
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if !given[name] {
			missing = append(missing, "Authorization header requires '"+name+"' parameter.")
		}
	}
	if c.Header.Get("X-Amz-Date") == "" && c.Header.Get("Date") == "" {
		missing = append(missing, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
	}
	if missing != nil {
		return incomplete(strings.Join(missing, " "))
	}
	// "How do I troubleshoot HTTP 403 errors from API Gateway?", AWS re:Post, for invalid keys.
	return refusal{"ACCESS_DENIED", 403, "AccessDeniedException", "The security token included in the request is invalid."}
}
