package template_test

import (
	"signpost/infra"
	"signpost/infra/uploads"
)

// orZero is what a nested type's pointer points to, or its zero value.
func orZero[T any](nested *T) T {
	if nested == nil {
		var zero T
		return zero
	}
	return *nested
}

// hasOwnKey reports whether the stage gets a new KMS key.
func hasOwnKey(stage infra.Stage) bool {
	return stage.Uploads.Encryption != nil && stage.Uploads.Encryption.KeyARN == ""
}

// scopes are the scopes that the API asks for, nil for ID tokens.
func scopes(stage infra.Stage) []string {
	if orZero(stage.Uploads.Callers.NewPool).AccessTokens {
		return []string{uploads.SignInScope}
	}
	return orZero(stage.Uploads.Callers.ExistingPool).OAuthScopes
}
