package s3

import (
	"context"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/valyala/fasthttp"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// ListObjectsV2 differs from versitygw's in four points ("ListObjectsV2", Amazon S3 API Reference).
// IsTruncated is true only if something follows: versitygw 1.8.0 also counts files that don't match
// the prefix. The continuation token is opaque, so that it survives XML whatever the key is. With
// encoding-type=url, keys are encoded. What the client did not send is not in the answer.
func (b *awsBackend) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input) (s3response.ListObjectsV2Result, error) {
	token, startAfter := aws.ToString(in.ContinuationToken), aws.ToString(in.StartAfter)
	after, err := readToken(token)
	if err != nil {
		return s3response.ListObjectsV2Result{}, err
	}
	limit := aws.ToInt32(in.MaxKeys)
	in.ContinuationToken = &after
	if limit > 0 {
		in.MaxKeys = aws.Int32(limit + 1)
	}
	out, err := b.Backend.ListObjectsV2(ctx, in)
	if err != nil {
		return out, err
	}
	last := cutListing(&out, int(limit))
	out.IsTruncated, out.NextContinuationToken = aws.Bool(last != ""), writeToken(last)
	out.KeyCount, out.MaxKeys = aws.Int32(int32(len(out.Contents)+len(out.CommonPrefixes))), &limit
	out.Prefix, out.ContinuationToken, out.StartAfter = in.Prefix, optional(token), optional(startAfter)
	if wantsURLEncoding(ctx) {
		out.EncodingType = types.EncodingTypeUrl
		encodeAll(&out.Prefix, &out.StartAfter, &out.Delimiter)
		for i := range out.Contents {
			encodeAll(&out.Contents[i].Key)
		}
		for i := range out.CommonPrefixes {
			encodeAll(&out.CommonPrefixes[i].Prefix)
		}
	}
	return out, nil
}

// cutListing removes what is over the limit, and returns the last key or prefix that remains, or ""
// if nothing was removed. One is over at most.
func cutListing(out *s3response.ListObjectsV2Result, limit int) (last string) {
	var keys, prefixes []string
	for _, object := range out.Contents {
		keys = append(keys, *object.Key)
	}
	for _, prefix := range out.CommonPrefixes {
		prefixes = append(prefixes, *prefix.Prefix)
	}
	all := slices.Sorted(slices.Values(slices.Concat(keys, prefixes)))
	if len(all) <= limit {
		return ""
	}
	if len(keys) > 0 && keys[len(keys)-1] == all[limit] {
		out.Contents = out.Contents[:len(keys)-1]
	} else {
		out.CommonPrefixes = out.CommonPrefixes[:len(prefixes)-1]
	}
	return all[limit-1]
}

func writeToken(last string) *string {
	return optional(base64.URLEncoding.EncodeToString([]byte(last)))
}

func readToken(token string) (last string, err error) {
	raw, err := base64.URLEncoding.DecodeString(token)
	if err != nil {
		return "", s3err.APIError{Code: "InvalidArgument", Description: "The continuation token provided is incorrect", HTTPStatusCode: 400}
	}
	return string(raw), nil
}

// wantsURLEncoding reports whether the client asks for encoded keys. versitygw doesn't read that.
func wantsURLEncoding(ctx context.Context) bool {
	request, ok := ctx.(*fasthttp.RequestCtx)
	return ok && string(request.QueryArgs().Peek("encoding-type")) == "url"
}

// encodeAll encodes keys as S3 does: a space becomes a plus, a slash remains.
func encodeAll(values ...**string) {
	for _, value := range values {
		if *value != nil {
			*value = aws.String(strings.ReplaceAll(url.QueryEscape(**value), "%2F", "/"))
		}
	}
}

func optional(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}
