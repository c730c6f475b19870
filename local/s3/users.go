package s3

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/s3err"

	"signpost/internal/iam"
)

// User is a role that signs requests: its ARN, temporary credentials, as Lambda gives them to a
// function, and the role's identity policies.
type User struct {
	ARN         string
	Credentials aws.Credentials
	Policies    []iam.Document
}

// NewCredentials creates temporary credentials of the same form as those of STS: an access key id
// that begins with ASIA, a secret and a session token.
func NewCredentials() aws.Credentials {
	return aws.Credentials{
		AccessKeyID:     "ASIA" + rand.Text()[:16],
		SecretAccessKey: rand.Text() + rand.Text()[:14],
		SessionToken:    rand.Text() + rand.Text(),
		Source:          "local",
	}
}

// users are the roles that may sign, by access key id. It implements auth.SigningKeyProvider, so
// that a request needs the session token that belongs to its key, as on AWS.
type users map[string]aws.Credentials

func newUsers(list []User) *users {
	table := users{}
	for _, u := range list {
		table[u.Credentials.AccessKeyID] = u.Credentials
	}
	return &table
}

// errExpiredToken is S3's answer to temporary credentials that have expired, even if the URL hasn't
// ("Error responses", Amazon S3 API Reference).
var errExpiredToken = s3err.APIError{
	Code: "ExpiredToken", Description: "The provided token has expired.", HTTPStatusCode: http.StatusBadRequest,
}

// DeriveSigningKey returns the SigV4 signing key ("Signature Version 4 signing process", AWS IAM
// User Guide).
func (u *users) DeriveSigningKey(access, sessionToken, date, region, service string) ([]byte, auth.Account, error) {
	creds, ok := (*u)[access]
	if !ok {
		return nil, auth.Account{}, auth.ErrNoSuchUser
	}
	if subtle.ConstantTimeCompare([]byte(sessionToken), []byte(creds.SessionToken)) != 1 {
		return nil, auth.Account{}, auth.ErrInvalidSessionToken
	}
	if creds.CanExpire && creds.Expired() {
		return nil, auth.Account{}, errExpiredToken
	}
	key := []byte("AWS4" + creds.SecretAccessKey)
	for _, part := range []string{date, region, service, "aws4_request"} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	account := auth.Account{Access: access, Role: auth.RoleUser, IsSession: true, SessionToken: sessionToken}
	return key, account, nil
}

// GetUserAccount finds an account by its access key id.
func (u *users) GetUserAccount(access string) (auth.Account, error) {
	if _, ok := (*u)[access]; !ok {
		return auth.Account{}, auth.ErrNoSuchUser
	}
	return auth.Account{Access: access, Role: auth.RoleUser}, nil
}

// ResolveAccounts returns the access key ids that don't exist.
func (u *users) ResolveAccounts(accessKeyIDs []string) ([]string, error) {
	missing := []string{}
	for _, id := range accessKeyIDs {
		if _, ok := (*u)[id]; !ok {
			missing = append(missing, id)
		}
	}
	return missing, nil
}

var errFixed = errors.New("s3: users come from the template and can't be changed")

func (u *users) CreateAccount(auth.Account) error                  { return errFixed }
func (u *users) UpdateUserAccount(string, auth.MutableProps) error { return errFixed }
func (u *users) DeleteUserAccount(string) error                    { return errFixed }
func (u *users) ListUserAccounts() ([]auth.Account, error)         { return nil, nil }
func (u *users) Shutdown() error                                   { return nil }

var (
	_ auth.IAMService         = (*users)(nil)
	_ auth.SigningKeyProvider = (*users)(nil)
)
