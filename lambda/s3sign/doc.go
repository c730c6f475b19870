// Package s3sign signs requests to S3, which the caller then makes without holding any AWS
// credentials.
//
//	signer, err := s3sign.New(bucket, runtime)
//	validity, err := signer.Validity(time.Now(), lifetime)
//	signed, err := signer.Sign(ctx, s3sign.PutObject(key, object), validity)
//
// operations.go lists the ten operations that can be signed. A signed request can never do more
// than the role that signs it. S3 refuses a request whose method, key, signed headers or signed
// query differ; what it accepts in addition is four standard headers, see operations.go.
//
// The rules are:
//
//   - Signing only computes. Nothing here opens a connection.
//   - Every header that S3 must enforce is signed as a header. In the query, S3 would not compare
//     it with what the caller sends.
//   - A signed URL is a credential. Don't log one, and don't put one into an error.
//
// Don't use service/s3's PresignClient instead: it leaves the length of an empty file unsigned, and
// lacks four of the operations.
package s3sign
