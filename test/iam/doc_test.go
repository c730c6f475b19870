// Package iam decides, from a synthesized template, who may do what: the answer that AWS would give
// to a request, computed from the template's roles and the policies of its buckets, keys and topics.
//
//	account, err := iam.ReadTemplate(template, iam.Outside{})
//	who, err := account.Role("UploadsUploadFunctionRole")
//	bucket, err := account.ARN("UploadsBucket", "AWS::S3::Bucket")
//	answer, err := account.Decide(iam.Request{
//		Principal: who, Action: "s3:PutObject", Resource: bucket + "/uploads/cat.png",
//		Context: iam.Context{"aws:SecureTransport": {"true"}},
//	})
//
// The rules are those of "Policy evaluation logic" and "Cross-account policy evaluation logic" (AWS
// IAM User Guide): a Deny that matches wins; then somebody must allow it. Within the account the
// principal's own policies or the resource's are enough, between accounts both must, and a role's
// trust and a key's policy must in any case ("Key policies in AWS KMS").
//
// What it does not know it refuses, with an error and never with an answer: an operator, a condition
// key, an element, a kind of policy. Add it, with its page, rather than work around it. It does not
// look at what no template holds (policies of an organisation, of sessions, of VPC endpoints), at who
// may call a function (AWS::Lambda::Permission is no document), nor at S3's block of public access,
// so that a policy which needs that block to be safe is seen.
//
// Its tests are the tables: for each stage and option, written by hand, everything that anybody can
// do (deployments_test.go) and under which circumstances (rows_test.go, option_rows_test.go).
//
// Don't use it to decide anything in production: it is a yardstick for tests.
package iam
