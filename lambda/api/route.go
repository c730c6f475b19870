package api

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/s3sign"
)

// Signer signs requests to S3. [s3sign.Signer] is one.
type Signer interface {
	// Validity returns the validity of requests that are signed now, which ends after the lifetime
	// or earlier.
	Validity(now time.Time, lifetime time.Duration) (s3sign.Validity, error)
	Sign(context.Context, s3sign.Operation, s3sign.Validity) (s3sign.SignedRequest, error)
}

// route answers one kind of request.
type route func(context.Context, request) (result, error)

// request is a request whose caller is known.
type request struct {
	event  events.APIGatewayProxyRequest
	caller caller
	time   time.Time
}

// result is the answer of a route, and what the log says about it.
type result struct {
	status    int
	body      any  // to be written as JSON
	cacheable bool // whether the caller's browser may keep the answer; never if it holds a signed URL
	facts     facts
}

// facts are what the log line and the metrics say about an answer that signs requests.
type facts struct {
	key    string // of the object; "" for several, or none
	size   int64  // of the files, or of the parts, in bytes; s3sign.UnknownSize if it isn't known
	metric string // the metric that counts this kind of answer, "" for none
	count  int64  // what the metric counts

	stores      bool  // whether the signed requests store bytes
	bytesSigned int64 // how many bytes they can store; s3sign.UnknownSize if no length is signed

	keys []string // of the objects to delete, otherwise nil

	batch *batchFacts // of a batch, otherwise nil
}

// batchFacts are what the log says about the files of a batch.
type batchFacts struct {
	files   int          // how many there are
	refused map[Code]int // how many of them are refused, by the first code of each
}

// expiry is the part of an answer that says when its signed requests expire.
type expiry struct {
	ExpiresIn int64  `json:"expiresIn"` // seconds
	ExpiresAt string `json:"expiresAt"` // RFC 3339, UTC
}

// earlier returns which of two answers to one request expires first.
func earlier(a, b expiry) expiry {
	if b.ExpiresIn < a.ExpiresIn {
		return b
	}
	return a
}

func expiryOf(v s3sign.Validity) expiry {
	return expiry{
		ExpiresIn: int64(v.Lifetime / time.Second),
		ExpiresAt: v.End().Format(time.RFC3339),
	}
}
