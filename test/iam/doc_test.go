// Package iam_test proves who may do what: it evaluates, as AWS would, the policies of the
// templates of all stages and options.
//
//	go test ./test/iam
//
// The tables are written by hand. For each stage and option they say everything that anybody can do
// (deployments_test.go) and under which circumstances (rows_test.go, option_rows_test.go).
// mutations_test.go breaks the policies, one statement at a time, and wants the tables to notice.
//
// Package internal/iam evaluates the policies. It does not look at who may call a function, because
// AWS::Lambda::Permission is not a policy document, nor at S3's Block Public Access, so that a
// policy which is only safe because of it is found.
package iam_test
