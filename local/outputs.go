package main

import "fmt"

// outputs are the stack's outputs, in the form in which cdk deploy --outputs-file writes them, and
// those of a local run only.
type outputs struct {
	ApiUrl           string // with the API's stage and a trailing slash
	Region           string
	UploadBucketName string
	UserPoolId       string
	UserPoolClientId string
	Local            localOutputs
}

// localOutputs are addresses on this machine, and users to sign in as. There are two, so that one
// user's key can be tried with another's token.
type localOutputs struct {
	PageUrl, S3Endpoint, CognitoEndpoint string

	Users []user

	CognitoSocket string `json:",omitempty"` // serves all of Cognito's API; the page doesn't get it
}

type user struct{ Username, Password string }

// usernames are the users of every run.
var usernames = []string{"ada@example.com", "grace@example.com"}

// write writes the outputs to a file that only its owner can read: they contain passwords.
func (o outputs) write(stackName, path string) error {
	if err := writeSecrets(path, map[string]outputs{stackName: o}); err != nil {
		return fmt.Errorf("-outputs: %w", err)
	}
	return nil
}
