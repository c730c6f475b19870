package main

import "fmt"

// outputs are the stack's outputs, in the shape that cdk deploy --outputs-file writes, and what only a local run has.
type outputs struct {
	ApiUrl           string // with the API's stage and a trailing slash
	Region           string
	UploadBucketName string
	UserPoolId       string
	UserPoolClientId string
	Local            localOutputs
}

// localOutputs are where things are on this machine, and two users, so that one can try one user's key with the
// other's token.
type localOutputs struct {
	PageUrl, S3Endpoint, CognitoEndpoint               string
	Username, Password, SecondUsername, SecondPassword string

	CognitoSocket string `json:",omitempty"` // where Cognito can be administered; the page is not told
}

// write puts the outputs into the file, for its owner alone: they hold the users' passwords.
func (o outputs) write(stackName, path string) error {
	if err := writeSecrets(path, map[string]outputs{stackName: o}); err != nil {
		return fmt.Errorf("-outputs: %w", err)
	}
	return nil
}
