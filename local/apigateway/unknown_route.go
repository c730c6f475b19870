package apigateway

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// noMethod refuses a request that no method serves. API Gateway then takes it for one that IAM authorizes, and reads
// the Authorization header as SigV4. Whatever it makes of a header, the request is refused: no method here uses IAM.
//
// The messages are those of public reports (amazon-archives/aws-cognito-angular-quickstart#50,
// serverless/serverless#3205, keboola/developer-portal#102). Newer ones hold a hash in place of the header's text. No
// report says which gateway response a malformed header leads to. INVALID_SIGNATURE is the one "for an invalid AWS
// signature error" ("Gateway response types for API Gateway").
func noMethod(c *call) refusal {
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
	// "How do I troubleshoot HTTP 403 errors from API Gateway?", AWS re:Post, for keys that aren't valid.
	return refusal{"ACCESS_DENIED", 403, "AccessDeniedException", "The security token included in the request is invalid."}
}
