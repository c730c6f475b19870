// Package presign plans uploads and downloads: it checks what a caller asks for
// and answers with requests to S3, signed so that S3 itself refuses anything
// else.
//
// It is the body of the upload function and, unchanged, of the local run:
//
//	cfg, err := presign.ParseConfig(os.Getenv)
//	h, err := presign.NewHandler(cfg, log)
//	lambda.Start(h.Handle)
//
// ParseDownloadConfig and NewDownloadHandler make the download function in the
// same way. Each function holds a role of its own and links only its own routes.
//
// The rules are:
//
//   - It only computes. Nothing here opens a connection, reads a file, or looks
//     at the environment; main hands everything in.
//   - Everything the caller sends is checked here, even what API Gateway
//     has checked before.
//   - A signed URL is a credential. It goes into the answer and nowhere else:
//     no log line, error or panic may hold one, nor a token or part of one.
//   - It keeps nothing. What a later call must know of an upload in parts is in
//     its key, and S3 vouches for the key.
//   - A header that S3 is to enforce is signed as a header. Nothing moves into
//     the query, where S3 would not hold the caller to it.
//
// Don't call S3 from here, and don't reach for service/s3's PresignClient: it
// leaves the length of an empty file unsigned.
package presign
