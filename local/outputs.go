package main

import "fmt"

// outputs are the stack's outputs, in the form in which cdk deploy --outputs-file writes them, and
// those of a local run only.
type outputs struct {
	ApiUrl           string // with the API's stage and a trailing slash
	Region           string
	UploadBucketName string
	UserPoolId       string `json:",omitempty"`
	UserPoolClientId string `json:",omitempty"`
	Local            localOutputs
}

// localOutputs are addresses on this machine, and users to sign in as. There are two, so that one
// user's key can be tried with another's token.
type localOutputs struct {
	PageUrl, S3Endpoint string
	CognitoEndpoint     string `json:",omitempty"`

	Users []user

	CognitoSocket string `json:",omitempty"` // serves all of Cognito's API; the page doesn't get it

	// Issuer and what follows are in a run whose callers an issuer signs in. The file has the secret
	// of the client of programs.
	Issuer            *issuerOutputs `json:",omitempty"`
	MachineClientId   string         `json:",omitempty"`
	MachineSecretFile string         `json:",omitempty"` // the page doesn't get it
}

// issuerOutputs are what a page needs to sign users in.
type issuerOutputs struct {
	Url      string // the claim iss
	ClientId string // of the page
	Audience string // the API
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
