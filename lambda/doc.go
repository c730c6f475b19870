// Package lambda holds the functions that sign uploads, those that sign for stored files, and the one
// that verifies tokens where API Gateway can't. It has no code of its own; its packages import one
// another in one direction only, and each may use those listed above it:
//
//	ascii       sets of ASCII characters
//	mediatype   media types: names, extensions, which can run script, which are allowed
//	config      limits, rules and settings of a deployment, shared with the infrastructure
//	key         object keys: new ones, and those that callers name
//	identity    who a caller is, from the function that verifies tokens to those that sign
//	s3sign      the ten S3 operations, and their signatures
//	api         routes, request fields, refusals, responses, log, metrics
//	function    each function's handler, made from its environment
//	upload      the program that signs uploads
//	download    the program that signs downloads
//	list        the program that signs listings
//	delete      the program that signs deletions
//	scan        the program that signs reads of what the malware scan found
//	authorizer  tokens of OpenID Connect issuers; it uses those above s3sign
//	authorize   the program that verifies tokens
//
// This is how POST /uploads becomes a signed PutObject:
//
//  1. upload's main calls function.Run. It reads the deployment's settings
//     (config.UploadFromEnvironment) and the credentials (s3sign.RuntimeFromEnvironment), makes the
//     signer and the handler, and hands the handler to Lambda.
//  2. API Gateway verifies the token, itself or by asking authorize, and sends an event. api.Handler
//     finds the route (routes.go) and checks who calls (caller.go, groups.go).
//  3. Parse: upload_request.go reads the body's fields (body.go, json.go, object.go, value.go), and
//     collects everything that is wrong with them (error.go).
//  4. Decide: mediatype chooses the type that the file is stored as, package key the object's key,
//     and upload.go whether the file is sent in one request or in parts.
//  5. Sign: s3sign.PutObject says what S3 must enforce, and s3sign.Signer signs it.
//  6. Answer: response.go writes the signed request, log.go the one line about it, and metrics.go
//     adds the metrics to that line.
//
// No step here calls the network, and nothing is stored between requests. Only authorize does both:
// it fetches the keys of issuers, and keeps them.
package lambda
