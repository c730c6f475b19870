package iam_test

import (
	"testing"

	"signpost/internal/iam"
	"signpost/test/template/options"
)

// What the permissions boundary does not allow is refused, whatever the role's own policies allow.
func TestBoundary(t *testing.T) {
	for _, option := range options.All() {
		if option.Name != "permissions-boundary" {
			continue
		}
		beside := generous(t)
		beside.boundaries = map[string]iam.Document{options.BoundaryARN: identity(t, policy(`{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}`))}
		stage := option.Stage()
		stage.Name = "default-" + option.Name
		w, err := newWorld(synthesized(t, stage), beside, identity(t, everythingAllowed))
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range w.check([]row{
			{"upload", "s3:PutObject", "files/uploads/me/01/cat.png", put, no},
			{"upload", "logs:PutLogEvents", "upload-log", plain, yes},
			{"scanner", "s3:GetObject", "files/uploads/me/01/cat.png", header, no},
		}) {
			t.Error(problem)
		}
		return
	}
	t.Error("there is no option permissions-boundary")
}
