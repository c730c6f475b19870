// Package options holds every option of uploads.Uploads once, each as the least change to props that
// shows it, for tests that go over them all.
//
//	for _, option := range options.All() {
//		template := synth.Stage(t, option.Stage())
//	}
//
// and Any draws props in which options meet.
//
// An option that nobody adds here is an option that nobody tests: the test of the golden files
// compares the names used with the fields of uploads.Props.
package options

import (
	"time"

	"signpost/infra"
	"signpost/infra/uploads"
)

// Option is a name, which is that of its golden file too, and what it changes.
type Option struct {
	Name string
	Set  func(*uploads.Props)
}

// Default is the stage that every option is compared with: all that must be given, and nothing else.
func Default() infra.Stage {
	return infra.Stage{Name: "default", Uploads: uploads.Props{AllowedOrigins: []string{"https://app.example.com"}}}
}

// Stage is the default stage with the option set.
func (o Option) Stage() infra.Stage {
	stage := Default()
	o.Set(&stage.Uploads)
	return stage
}

const (
	account = "111122223333"
	// What an option takes as there already.
	PoolARN = "arn:aws:cognito-idp:eu-west-1:" + account + ":userpool/eu-west-1_AbCdEfGhI"
	KeyARN  = "arn:aws:kms:eu-west-1:" + account + ":key/1234abcd-12ab-34cd-56ef-1234567890ab"

	TopicARN       = "arn:aws:sns:eu-west-1:" + account + ":alarms"
	WebACLARN      = "arn:aws:wafv2:eu-west-1:" + account + ":regional/webacl/shared/1234abcd-12ab-34cd-56ef-1234567890ab"
	CertificateARN = "arn:aws:acm:eu-west-1:" + account + ":certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
	BoundaryARN    = "arn:aws:iam::" + account + ":policy/boundary"
)

type props = uploads.Props

// Everything is a stage with all that can be on at once, and by its own means.
func Everything() infra.Stage {
	stage := Default()
	stage.Name = "everything"
	for _, name := range []string{
		"several-origins", "sign-in-scope", "required-group", "lifetimes", "long-urls", "max-size", "resumable-uploads", "downloads", "key-prefix",
		"expiry", "own-key", "load", "tracing", "alarms", "dashboard", "log-queries", "metrics-namespace", "source-ranges", "web-acl",
		"event-bridge", "malware-scan", "permissions-boundary", "role-tags", "tags", "optional-mfa", "password-auth",
	} {
		for _, option := range All() {
			if option.Name == name {
				option.Set(&stage.Uploads)
			}
		}
	}
	return stage
}

// All returns every option there is, in the order of the props.
func All() []Option {
	return []Option{
		{"several-origins", func(p *props) { p.AllowedOrigins = append(p.AllowedOrigins, "https://www.example.com") }},
		{"origins-of-apps", func(p *props) {
			p.AllowedOrigins = append(p.AllowedOrigins, "capacitor://localhost", "http://tauri.localhost", "chrome-extension://abcdefghijklmnopabcdefghijklmnop")
		}},
		{"existing-pool", func(p *props) { p.UserPoolARN, p.UserPoolClientIDs = PoolARN, []string{"1example23456789", "2example"} }},
		{"oauth-scopes", func(p *props) {
			p.UserPoolARN, p.UserPoolClientIDs = PoolARN, []string{"1example23456789"}
			p.OAuthScopes = []string{"signpost/upload", "signpost/admin"}
		}},
		{"sign-in-scope", func(p *props) { p.OAuthScopes = []string{uploads.SignInScope} }},
		{"required-group", func(p *props) { p.RequiredGroup = "uploaders" }},
		{"lifetimes", func(p *props) { p.TokenLifetime, p.SessionLifetime = 15*time.Minute, 8*time.Hour }},
		{"url-lifetime", func(p *props) { p.URLLifetime = 2 * time.Minute }},
		{"long-urls", func(p *props) { p.AllowLongURLs, p.URLLifetime = true, time.Hour }},
		{"max-size", func(p *props) { p.MaxSize = uploads.MaxObjectSize }},
		{"multipart-threshold", func(p *props) { p.MultipartThreshold = 5 << 20 }},
		{"no-multipart", func(p *props) { p.MultipartThreshold = uploads.MaxPutSize }},
		{"resumable-uploads", func(p *props) { p.ResumableUploads = true }},
		{"downloads", func(p *props) { p.Downloads = true }},
		{"allowed-types", func(p *props) { p.AllowedTypes = []string{"text/csv"} }},
		{"key-prefix", func(p *props) { p.KeyPrefix = "teams/blue/" }},
		{"expiry", func(p *props) { p.ExpireAfterDays, p.ExpireVersionsAfterDays = 30, 7 }},
		{"older-versions", func(p *props) { p.ExpireVersionsAfterDays = 90 }},
		{"own-key", func(p *props) { p.OwnKey = true }},
		{"existing-key", func(p *props) { p.KeyARN, p.MultipartThreshold = KeyARN, uploads.MaxPutSize }},
		{"downloads-with-key", func(p *props) { p.OwnKey, p.Downloads = true, true }},
		{"load", func(p *props) { p.MemoryMB, p.ReservedConcurrency = 512, 20 }},
		{"throttle", func(p *props) { p.ThrottleRate, p.ThrottleBurst = 10, 20 }},
		{"log-retention", func(p *props) { p.LogRetentionDays = 3653 }},
		{"tracing", func(p *props) { p.Tracing = true }},
		{"alarms", func(p *props) { p.Alarms = true }},
		{"alarm-bytes-signed", func(p *props) { p.Alarms, p.AlarmBytesSigned = true, 1<<30 }},
		{"alarms-to-a-topic", func(p *props) { p.Alarms, p.AlarmTopicARN, p.Downloads = true, TopicARN, true }},
		{"dashboard", func(p *props) { p.Dashboard = true }},
		{"log-queries", func(p *props) { p.LogQueries = true }},
		{"metrics-namespace", func(p *props) { p.MetricsNamespace = "Team/Uploads" }},
		{"access-log-bucket", func(p *props) { p.AccessLogBucketName = "all-access-logs" }},
		{"source-ranges", func(p *props) { p.SourceRanges = []string{"203.0.113.0/24", "2001:db8::/48"} }},
		{"web-acl", func(p *props) { p.WebACL, p.WebACLRateLimit = true, 500 }},
		{"existing-web-acl", func(p *props) { p.WebACLARN = WebACLARN }},
		{"domain", func(p *props) { p.DomainName, p.CertificateARN = "uploads.example.com", CertificateARN }},
		{"domain-in-a-zone", func(p *props) {
			p.DomainName, p.CertificateARN, p.HostedZoneID = "uploads.example.com", CertificateARN, "Z0123456789ABCDEFGHIJ"
		}},
		{"event-bridge", func(p *props) { p.EventBridge = true }},
		{"malware-scan", func(p *props) { p.MalwareScan = true }},
		{"malware-scan-with-key", func(p *props) { p.MalwareScan, p.OwnKey = true, true }},
		{"permissions-boundary", func(p *props) { p.PermissionsBoundaryARN, p.MalwareScan = BoundaryARN, true }},
		{"role-tags", func(p *props) { p.RoleTags = map[string]string{"long-presigned-allowed": "true"} }},
		{"tags", func(p *props) { p.Tags = map[string]string{"team": "blue"} }},
		{"disposable", func(p *props) { p.Disposable = true }},
		{"first-deployment", func(p *props) { p.FirstDeployment = true }},
		{"optional-mfa", func(p *props) { p.OptionalMFA = true }},
		{"password-auth", func(p *props) { p.PasswordAuth = true }},
		{"no-simple-route", func(p *props) { p.NoSimpleRoute = true }},
	}
}
