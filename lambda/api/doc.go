// Package api serves the HTTP API: it reads what a caller asks for, decides whether to allow it,
// has requests to S3 signed, and answers with them.
//
//	handler, err := api.NewUploadHandler(cfg, signer, log)
//	lambda.Start(handler.Handle)
//
// A request passes through the files in this order:
//
//	routes.go     which routes each function has
//	handler.go    one request, from the event to the response
//	caller.go     who calls, and groups.go: whether they may
//	upload.go, batch.go, parts.go: one route each; it parses, decides, has requests signed, and answers
//	download.go, listing.go, deletion.go, scan.go: the same for stored files; files.go: what they share
//	  upload_request.go, listing_request.go and so on: what the route's fields are, and their rules
//	    body.go     the body's type and limit
//	    json.go, query.go: split a body or a query into members
//	    object.go   required, unknown and repeated members
//	    value.go    the type of one member
//	    kind.go, key_field.go, file_type.go, metadata.go: fields with rules of their own
//	limits.go     what the deployment accepts: a route that signs nothing
//	error.go      what a refusal is; one table of codes and statuses
//	response.go   the response, with its CORS headers
//	log.go        the request's log line; metrics.go: the metrics in it; log_entry.go: what both are made of
//
// The rules are:
//
//   - It only computes. Nothing here opens a connection, reads a file or looks at the environment.
//   - Everything that the caller sends is checked here, even if API Gateway has checked it before.
//   - Everything that is wrong with a request is reported at once, in the order of the contract's
//     fields, but the kind first: it decides about others. While it is wrong, what it decides isn't
//     guessed.
//   - A signed URL is a credential. It goes into the answer and nowhere else: no log line, error or
//     panic may hold one, nor a token or part of one.
//   - It stores nothing. What a later request must know about an upload in parts is in its key, and
//     S3 vouches for the key.
//
// To add a route, write its file and its request's file, and name it in routes.go.
package api
