package uploads

import (
	"cmp"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// NewPool configures the user pool and the app client that Uploads makes. Nobody can sign up: an
// administrator invites users.
type NewPool struct {
	// OptionalMFA makes MFA optional: each user chooses whether to use a one-time password from an
	// app (TOTP).
	//
	// Default: false. Every user must use one.
	OptionalMFA bool

	// TokenLifetime is how long an ID or access token is valid, in whole minutes: 5 minutes to 24
	// hours.
	//
	// Default: [DefaultTokenLifetime], 1 hour.
	TokenLifetime time.Duration

	// SessionLifetime is how long a page can get new tokens without a new sign-in, which is the
	// lifetime of the refresh token, in whole minutes: 1 hour to 10 years, and not shorter than
	// TokenLifetime.
	//
	// Default: [DefaultSessionLifetime], 24 hours.
	SessionLifetime time.Duration

	// PasswordAuth lets the app client send the password itself (ALLOW_USER_PASSWORD_AUTH), for
	// tools that don't support SRP.
	//
	// Default: false. The app client can only sign in with SRP.
	PasswordAuth bool

	// AccessTokens has the API accept access tokens, with Cognito's scope for a sign-in
	// ([SignInScope]), instead of ID tokens.
	//
	// Default: false.
	AccessTokens bool
}

// Defaults and limits of NewPool. The limits are Cognito's for ID and access tokens, and for
// refresh tokens ("CreateUserPoolClient", Amazon Cognito user pools API Reference).
const (
	DefaultTokenLifetime   = time.Hour
	DefaultSessionLifetime = 24 * time.Hour
	MinTokenLifetime       = 5 * time.Minute
	MaxTokenLifetime       = 24 * time.Hour
	MinSessionLifetime     = time.Hour
	MaxSessionLifetime     = 10 * 365 * 24 * time.Hour
)

func (n NewPool) withDefaults() NewPool {
	n.TokenLifetime = cmp.Or(n.TokenLifetime, DefaultTokenLifetime)
	n.SessionLifetime = cmp.Or(n.SessionLifetime, DefaultSessionLifetime)
	return n
}

func (n *NewPool) check(found problems) {
	if n == nil {
		return
	}
	full := n.withDefaults()
	checkTokenLifetime(found, "TokenLifetime", full.TokenLifetime, MinTokenLifetime, MaxTokenLifetime)
	checkTokenLifetime(found, "SessionLifetime", full.SessionLifetime, MinSessionLifetime, MaxSessionLifetime)
	if full.SessionLifetime < full.TokenLifetime {
		found.add("SessionLifetime", "%v is shorter than TokenLifetime %v: a session must last at least as long as a token", full.SessionLifetime, full.TokenLifetime)
	}
}

func checkTokenLifetime(found problems, field string, lifetime, least, most time.Duration) {
	switch {
	case lifetime < least || lifetime > most:
		found.add(field, "%v is out of range: give %.0f to %.0f minutes", lifetime, least.Minutes(), most.Minutes())
	case lifetime%time.Minute != 0:
		found.add(field, "%v has a fraction of a minute: give whole minutes", lifetime)
	}
}

// newUserPool makes the user pool. Only an administrator adds users, who sign in with their email
// address.
func newUserPool(scope constructs.Construct, props Props) awscognito.UserPool {
	optionalMFA, mfa := props.Callers.NewPool.OptionalMFA, awscognito.Mfa_REQUIRED
	if optionalMFA {
		mfa = awscognito.Mfa_OPTIONAL
	}
	pool := awscognito.NewUserPool(scope, jsii.String("UserPool"), &awscognito.UserPoolProps{
		SelfSignUpEnabled:   jsii.Bool(false),
		SignInAliases:       &awscognito.SignInAliases{Email: jsii.Bool(true)},
		SignInCaseSensitive: jsii.Bool(false),
		AutoVerify:          &awscognito.AutoVerifiedAttrs{Email: jsii.Bool(true)},
		// A new address replaces the old one only once its owner has confirmed it.
		KeepOriginal:    &awscognito.KeepOriginalAttrs{Email: jsii.Bool(true)},
		AccountRecovery: awscognito.AccountRecovery_EMAIL_ONLY,
		PasswordPolicy: &awscognito.PasswordPolicy{
			MinLength:            jsii.Number(12),
			RequireLowercase:     jsii.Bool(true),
			RequireUppercase:     jsii.Bool(true),
			RequireDigits:        jsii.Bool(true),
			RequireSymbols:       jsii.Bool(true),
			TempPasswordValidity: awscdk.Duration_Days(jsii.Number(3)),
		},
		Mfa: mfa,
		// A text message can be intercepted and costs money: one-time codes from an app only.
		MfaSecondFactor:    &awscognito.MfaSecondFactor{Otp: jsii.Bool(true), Sms: jsii.Bool(false)},
		DeletionProtection: jsii.Bool(!props.Disposable && !props.FirstDeployment),
		RemovalPolicy:      removalPolicy(props),
	})
	suppressions := []suppression{{
		rule:   "AwsSolutions-COG8",
		reason: "Threat protection costs money for each user; this pool has no self sign-up, and strong passwords",
	}}
	if optionalMFA {
		suppressions = append(suppressions, suppression{
			rule:   "AwsSolutions-COG2",
			reason: "MFA is optional in this deployment, so that test users can sign in without a device",
		})
	}
	suppressNag(pool, suppressions...)
	return pool
}

// newUserPoolClient makes the app client of the pages: without a secret, since a page can't keep
// one, and with short-lived tokens.
func newUserPoolClient(pool awscognito.UserPool, options NewPool) awscognito.UserPoolClient {
	lifetime := func(d time.Duration) awscdk.Duration { return awscdk.Duration_Minutes(jsii.Number(d.Minutes())) }
	return pool.AddClient(jsii.String("Client"), &awscognito.UserPoolClientOptions{
		AuthFlows: &awscognito.AuthFlow{
			UserSrp:      jsii.Bool(true),
			UserPassword: jsii.Bool(options.PasswordAuth),
		},
		// Users can't change their own email address: they sign in with it, and an administrator
		// finds them by it. Without a list, a client may write every standard attribute.
		WriteAttributes:            awscognito.NewClientAttributes().WithStandardAttributes(&awscognito.StandardAttributesMask{Fullname: jsii.Bool(true)}),
		GenerateSecret:             jsii.Bool(false),
		DisableOAuth:               jsii.Bool(true),
		PreventUserExistenceErrors: jsii.Bool(true),
		EnableTokenRevocation:      jsii.Bool(true),
		IdTokenValidity:            lifetime(options.TokenLifetime),
		AccessTokenValidity:        lifetime(options.TokenLifetime),
		RefreshTokenValidity:       lifetime(options.SessionLifetime),
	})
}
