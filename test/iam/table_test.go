package iam_test

import (
	"fmt"
	"maps"

	"signpost/internal/iam"
)

// row is one line of a table: who does what, where and how, and the result.
type row struct {
	who, action, where string
	how                iam.Context
	verdict            string // yes, no, or the Sid of the statement that denies
}

const (
	yes = "yes"
	no  = "no" // nothing allows it
	// tls is the statement that the CDK writes for EnforceSSL. It has no Sid.
	tls = "(no Sid)"
)

// The ways to make a request.
var (
	// url is a signed URL, a second old.
	url = iam.Context{
		"aws:SecureTransport": {"true"}, "aws:SourceIp": {"203.0.113.9"},
		"s3:authType": {"REST-QUERY-STRING"}, "s3:signatureversion": {"AWS4-HMAC-SHA256"}, "s3:signatureAge": {"1000"},
	}
	// header is a request of an SDK, signed in a header.
	header = with(url, "s3:authType", "REST-HEADER")
	// put is a signed URL that stores a file, or completes one in parts, as the function signs it.
	put = with(with(url, "s3:if-none-match", "*"), "s3:ObjectCreationOperation", "true")
	// overwrite is put without the header that prevents overwriting.
	overwrite = without(put, "s3:if-none-match")
	// part is a signed URL that starts an upload in parts, or sends a part.
	part = with(url, "s3:ObjectCreationOperation", "false")
	// form is a POST form.
	form = with(put, "s3:authType", "POST")
	// unsigned is an anonymous request.
	unsigned = iam.Context{"aws:SecureTransport": {"true"}, "aws:SourceIp": {"203.0.113.9"}}
	// viaS3 is a call to KMS that S3 makes for the signer.
	viaS3 = iam.Context{"aws:SecureTransport": {"true"}, "kms:ViaService": {"s3." + region + ".amazonaws.com"}}
	// plain is any other call.
	plain = iam.Context{"aws:SecureTransport": {"true"}}
)

func with(how iam.Context, key string, values ...string) iam.Context {
	more := maps.Clone(how)
	more[key] = values
	return more
}

func without(how iam.Context, key string) iam.Context {
	less := maps.Clone(how)
	delete(less, key)
	return less
}

// check decides every row and returns those whose result is another one.
func (w *world) check(rows []row) (wrong []string) {
	for _, row := range rows {
		if problem := w.checkRow(row); problem != "" {
			wrong = append(wrong, problem)
		}
	}
	return wrong
}

func (w *world) checkRow(row row) string {
	line := fmt.Sprintf("%s %s on %s %v", row.who, row.action, row.where, row.how)
	who, known := w.who[row.who]
	where, err := w.arn(row.where)
	if !known || err != nil {
		return fmt.Sprintf("%s: the principal is unknown (%v), or the place: %v", line, !known, err)
	}
	decision, err := w.account.decide(iam.Request{Principal: who, Action: row.action, Resource: where, Context: row.how})
	if err != nil {
		return fmt.Sprintf("%s: %v", line, err)
	}
	right := false
	switch row.verdict {
	case yes:
		right = decision.Allowed
	case no:
		right = !decision.Allowed && len(decision.Statements) == 0
	default:
		// Exactly one: if two statements denied it, the row would not notice that one is missing.
		right = !decision.Allowed && len(decision.Statements) == 1 && decision.Statements[0] == row.verdict
	}
	if !right {
		return fmt.Sprintf("%s is %v, want %s", line, decision, row.verdict)
	}
	return ""
}
