package uploads

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newUserPool makes the directory of those who may upload. Nobody signs up by themselves: an
// administrator invites, and the address is the name they sign in with.
func newUserPool(scope constructs.Construct, props Props) awscognito.UserPool {
	mfa := awscognito.Mfa_REQUIRED
	if props.OptionalMFA {
		mfa = awscognito.Mfa_OPTIONAL
	}
	pool := awscognito.NewUserPool(scope, jsii.String("UserPool"), &awscognito.UserPoolProps{
		SelfSignUpEnabled:   jsii.Bool(false),
		SignInAliases:       &awscognito.SignInAliases{Email: jsii.Bool(true)},
		SignInCaseSensitive: jsii.Bool(false),
		AutoVerify:          &awscognito.AutoVerifiedAttrs{Email: jsii.Bool(true)},
		// A new address counts once its owner has confirmed it: until then the old one is who the user is.
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
	excuses := []excuse{{
		rule:   "AwsSolutions-COG8",
		reason: "Threat protection is billed for each user; this pool has no self sign-up, and strong passwords",
	}}
	if props.OptionalMFA {
		excuses = append(excuses, excuse{
			rule:   "AwsSolutions-COG2",
			reason: "This deployment leaves the second factor to each user, so that test users can sign in without a device",
		})
	}
	excuseFromNag(pool, excuses...)
	return pool
}

// newUserPoolClient makes the app client of the browser pages: no secret, since a page can't keep
// one, and short-lived tokens.
func newUserPoolClient(pool awscognito.UserPool, props Props) awscognito.UserPoolClient {
	lifetime := func(d time.Duration) awscdk.Duration { return awscdk.Duration_Minutes(jsii.Number(d.Minutes())) }
	return pool.AddClient(jsii.String("Client"), &awscognito.UserPoolClientOptions{
		AuthFlows: &awscognito.AuthFlow{
			UserSrp:      jsii.Bool(true),
			UserPassword: jsii.Bool(props.PasswordAuth),
		},
		// Users can't change their own address, with which they sign in and by which an administrator looks
		// them up. Without a list, a client may write every standard attribute.
		WriteAttributes:            awscognito.NewClientAttributes().WithStandardAttributes(&awscognito.StandardAttributesMask{Fullname: jsii.Bool(true)}),
		GenerateSecret:             jsii.Bool(false),
		DisableOAuth:               jsii.Bool(true),
		PreventUserExistenceErrors: jsii.Bool(true),
		EnableTokenRevocation:      jsii.Bool(true),
		IdTokenValidity:            lifetime(props.TokenLifetime),
		AccessTokenValidity:        lifetime(props.TokenLifetime),
		RefreshTokenValidity:       lifetime(props.SessionLifetime),
	})
}
