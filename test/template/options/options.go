// Package options has every option of package uploads once, each as the smallest change to the
// props that shows it, for tests that go over them all.
//
//	for _, option := range options.All() {
//		template := synth.Stage(t, option.Stage())
//	}
//
// Any draws props that combine options.
//
// The test of the golden files requires an option for every field of uploads.Props and its nested
// types.
package options

import (
	"time"

	"signpost/infra"
	"signpost/infra/uploads"
	"signpost/lambda/config"
)

// Option is a name, which is that of its golden file too, and what it changes.
type Option struct {
	Name string
	Set  func(*uploads.Props)
}

// Default is the stage that every option is compared with: it has only what is required.
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
	// What options give as existing.
	PoolARN = "arn:aws:cognito-idp:eu-west-1:" + account + ":userpool/eu-west-1_AbCdEfGhI"
	KeyARN  = "arn:aws:kms:eu-west-1:" + account + ":key/1234abcd-12ab-34cd-56ef-1234567890ab"

	TopicARN       = "arn:aws:sns:eu-west-1:" + account + ":alarms"
	WebACLARN      = "arn:aws:wafv2:eu-west-1:" + account + ":regional/webacl/shared/1234abcd-12ab-34cd-56ef-1234567890ab"
	CertificateARN = "arn:aws:acm:eu-west-1:" + account + ":certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
	SecretARN      = "arn:aws:secretsmanager:eu-west-1:" + account + ":secret:webhook-AbCdEf"
	BoundaryARN    = "arn:aws:iam::" + account + ":policy/boundary"
)

// Issuer is a provider whose tokens options accept.
const Issuer = "https://login.example.com/"

// PoolIssuer is the updated issuer of the pool that options give as existing.
const PoolIssuer = "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI"

// WebhookURL is the endpoint that options tell of uploads.
const WebhookURL = "https://api.example.com/uploads/arrived"

type props = uploads.Props

// Everything is a stage with all options that can be on at once, and nothing existing.
func Everything() infra.Stage {
	stage := Default()
	stage.Name = "everything"
	for _, name := range []string{
		"several-origins", "sign-in-scope", "required-group", "lifetimes", "long-urls", "max-size", "resumable-uploads", "downloads", "listings", "deletions", "key-prefix", "issuers-beside-new-pool", "kinds",
		"expiry", "own-key", "load", "tracing", "alarms", "dashboard", "log-queries", "metrics-namespace", "source-ranges", "web-acl",
		"event-bridge", "malware-scan", "scans", "webhook", "transfer-acceleration", "permissions-boundary", "role-tags", "tags", "optional-mfa", "password-auth",
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
		{"allowed-types", func(p *props) { p.AllowedTypes = []string{"text/csv"} }},
		{"max-size", func(p *props) { p.MaxSize = config.MaxObjectSize }},
		{"url-lifetime", func(p *props) { p.URLLifetime = 2 * time.Minute }},
		{"long-urls", func(p *props) { p.AllowLongURLs, p.URLLifetime = true, time.Hour }},
		{"key-prefix", func(p *props) { p.KeyPrefix = "teams/blue/" }},
		{"kinds", func(p *props) {
			p.Kinds = []uploads.Kind{
				{Name: "avatar", AllowedTypes: []string{"image/png", "image/jpeg"}, MaxSize: 5 << 20, URLLifetime: time.Minute},
				{Name: "film", AllowedTypes: []string{"video/*"}, MaxSize: 50 << 30, RequiredGroup: "editors/film", RequiredMetadata: []string{"title", "language"}},
				{Name: "trailer", AllowedTypes: []string{"video/mp4"}, RequiredGroup: "editors/film"},
			}
		}},
		{"kinds-of-claims", func(p *props) {
			p.Kinds = []uploads.Kind{{Name: "film", RequiredClaims: map[string][]string{"custom:role": {"editor"}}}}
		}},
		{"kinds-that-expire", func(p *props) {
			p.Expiry = &uploads.Expiry{VersionsAfterDays: 7}
			p.Kinds = []uploads.Kind{{Name: "draft", ExpireAfterDays: 3}, {Name: "draft-2", ExpireAfterDays: 30}, {Name: "document"}}
		}},
		{"kinds-in-parts-with-key", func(p *props) { // only films are sent in parts
			p.Encryption, p.MaxSize = &uploads.Encryption{}, 1<<20
			p.Kinds = []uploads.Kind{{Name: "film", MaxSize: 1 << 30}}
		}},
		{"kinds-without-downloads", func(p *props) {
			p.Downloads, p.Kinds = &uploads.Downloads{}, []uploads.Kind{{Name: "evidence", NoDownloads: true}}
		}},
		{"no-unnamed-kind", func(p *props) {
			p.NoUnnamedKind, p.Kinds = true, []uploads.Kind{{Name: "avatar", MaxSize: 1 << 20}}
		}},
		{"optional-mfa", func(p *props) { newPool(p).OptionalMFA = true }},
		{"lifetimes", func(p *props) { newPool(p).TokenLifetime, newPool(p).SessionLifetime = 15*time.Minute, 8*time.Hour }},
		{"password-auth", func(p *props) { newPool(p).PasswordAuth = true }},
		{"sign-in-scope", func(p *props) { newPool(p).AccessTokens = true }},
		{"existing-pool", func(p *props) {
			p.Callers.ExistingPool = &uploads.ExistingPool{PoolARN: PoolARN, ClientIDs: []string{"1example23456789", "2example"}}
		}},
		{"oauth-scopes", func(p *props) {
			p.Callers.ExistingPool = &uploads.ExistingPool{PoolARN: PoolARN, ClientIDs: []string{"1example23456789"}, OAuthScopes: []string{"signpost/upload", "signpost/admin"}}
		}},
		{"required-group", func(p *props) { p.Callers.RequiredGroup = "uploaders" }},
		{"issuers", func(p *props) { // and no user pool
			p.Callers.Issuers = &uploads.Issuers{CacheLifetime: time.Minute, List: []uploads.Issuer{
				{URL: "https://example.eu.auth0.com/", Audiences: []string{"https://app.example.com/uploads"}, RequiredClaims: map[string][]string{"scope": {"upload"}}},
				{URL: "https://login.example.com", Audiences: []string{"web", "desktop"}, Algorithms: []string{"ES256", "RS256"}, OwnerClaim: "org_id"},
			}}
			p.Kinds = []uploads.Kind{{Name: "avatar"}, {Name: "film", RequiredClaims: map[string][]string{"groups": {"editors", "admins"}}}}
		}},
		{"issuers-beside-new-pool", func(p *props) {
			newPool(p).AccessTokens = true
			p.Callers.RequiredGroup = "uploaders"
			p.Callers.Issuers = &uploads.Issuers{List: []uploads.Issuer{{URL: Issuer, Audiences: []string{"web"}}}}
			p.Kinds = []uploads.Kind{{Name: "film", RequiredGroup: "editors/film", RequiredClaims: map[string][]string{"email_verified": {"true"}}}}
		}},
		{"issuers-beside-existing-pool", func(p *props) { // watched
			p.Callers.ExistingPool = &uploads.ExistingPool{
				PoolARN: PoolARN, ClientIDs: []string{"1example23456789", "2example"}, OAuthScopes: []string{"signpost/upload"}, IssuerURL: PoolIssuer,
			}
			p.Callers.Issuers = &uploads.Issuers{List: []uploads.Issuer{{URL: Issuer, Audiences: []string{"web"}}}}
			p.Alarms, p.Dashboard, p.LogQueries, p.Tracing = &uploads.Alarms{TopicARN: TopicARN}, true, true, true
			p.Functions = uploads.Functions{MemoryMB: 1024, ReservedConcurrency: uploads.MaxReservedConcurrency / 2}
		}},
		{"multipart-threshold", func(p *props) { p.Multipart.Threshold = 5 << 20 }},
		{"no-multipart", func(p *props) { p.Multipart.Threshold = config.MaxMultipartThreshold }},
		{"resumable-uploads", func(p *props) { p.Multipart.Resumable = true }},
		{"downloads", func(p *props) { p.Downloads = &uploads.Downloads{} }},
		{"listings", func(p *props) { p.Listings = &uploads.Listings{} }},
		{"listings-of-kinds", func(p *props) {
			p.Listings, p.Kinds, p.KeyPrefix = &uploads.Listings{}, []uploads.Kind{{Name: "avatar"}, {Name: "film"}}, "teams/blue/"
		}},
		{"deletions", func(p *props) { p.Deletions = &uploads.Deletions{} }},
		{"deletions-from-ranges", func(p *props) {
			p.Deletions, p.SourceRanges = &uploads.Deletions{}, []string{"203.0.113.0/24", "2001:db8::/48"}
		}},
		{"own-files", func(p *props) { // all that users can do with their files, watched
			p.Downloads, p.Listings, p.Deletions = &uploads.Downloads{}, &uploads.Listings{}, &uploads.Deletions{}
			p.MalwareScan, p.Scans = true, &uploads.Scans{}
			p.Alarms, p.Dashboard, p.LogQueries = &uploads.Alarms{TopicARN: TopicARN}, true, true
			p.Functions.ReservedConcurrency = uploads.MaxReservedConcurrency / 5
		}},
		{"expiry", func(p *props) { p.Expiry = &uploads.Expiry{UploadsAfterDays: 30, VersionsAfterDays: 7} }},
		{"older-versions", func(p *props) { p.Expiry = &uploads.Expiry{VersionsAfterDays: 90} }},
		{"own-key", func(p *props) { p.Encryption = &uploads.Encryption{} }},
		{"existing-key", func(p *props) {
			p.Encryption, p.Multipart.Threshold = &uploads.Encryption{KeyARN: KeyARN}, config.MaxMultipartThreshold
		}},
		{"downloads-with-key", func(p *props) { p.Encryption, p.Downloads = &uploads.Encryption{}, &uploads.Downloads{} }},
		{"malware-scan", func(p *props) { p.MalwareScan = true }},
		{"scans", func(p *props) { p.MalwareScan, p.Scans = true, &uploads.Scans{} }},
		{"malware-scan-with-key", func(p *props) { p.MalwareScan, p.Encryption = true, &uploads.Encryption{} }},
		{"event-bridge", func(p *props) { p.EventBridge = true }},
		{"webhook", func(p *props) { p.Webhook = &uploads.Webhook{URL: WebhookURL, SecretARN: SecretARN} }},
		{"webhook-of-kinds", func(p *props) {
			p.Kinds = []uploads.Kind{{Name: "avatar"}, {Name: "film"}, {Name: "draft"}}
			p.Webhook = &uploads.Webhook{URL: WebhookURL, SecretARN: SecretARN, Kinds: []string{"avatar", "film"}, RatePerSecond: 10}
		}},
		{"webhook-with-a-field", func(p *props) {
			p.Webhook = &uploads.Webhook{
				URL: WebhookURL, SecretARN: SecretARN, SecretField: "uploads", SecretVersionID: "a1b2c3d4-5678-90ab-cdef-EXAMPLE11111", HeaderName: "Authorization",
			}
		}},
		{"webhook-of-scans", func(p *props) {
			p.MalwareScan, p.Webhook = true, &uploads.Webhook{URL: WebhookURL, SecretARN: SecretARN}
		}},
		{"webhook-after-scan", func(p *props) {
			p.MalwareScan, p.Webhook = true, &uploads.Webhook{URL: WebhookURL, SecretARN: SecretARN, AfterScan: true}
		}},
		{"webhook-with-alarms", func(p *props) {
			p.Alarms, p.Webhook = &uploads.Alarms{}, &uploads.Webhook{URL: WebhookURL, SecretARN: SecretARN}
		}},
		{"transfer-acceleration", func(p *props) { p.TransferAcceleration = true }},
		{"domain", func(p *props) {
			p.Domain = &uploads.Domain{Name: "uploads.example.com", CertificateARN: CertificateARN}
		}},
		{"domain-in-a-zone", func(p *props) {
			p.Domain = &uploads.Domain{Name: "uploads.example.com", CertificateARN: CertificateARN, HostedZoneID: "Z0123456789ABCDEFGHIJ"}
		}},
		{"web-acl", func(p *props) { p.WebACL = &uploads.WebACL{RateLimit: 500} }},
		{"existing-web-acl", func(p *props) { p.WebACL = &uploads.WebACL{ARN: WebACLARN} }},
		{"source-ranges", func(p *props) { p.SourceRanges = []string{"203.0.113.0/24", "2001:db8::/48"} }},
		{"throttle", func(p *props) { p.Throttle = uploads.Throttle{Rate: 10, Burst: 20} }},
		{"load", func(p *props) { p.Functions = uploads.Functions{MemoryMB: 512, ReservedConcurrency: 20} }},
		{"log-retention", func(p *props) { p.LogRetentionDays = 3653 }},
		{"metrics-namespace", func(p *props) { p.MetricsNamespace = "Team/Uploads" }},
		{"tracing", func(p *props) { p.Tracing = true }},
		{"dashboard", func(p *props) { p.Dashboard = true }},
		{"log-queries", func(p *props) { p.LogQueries = true }},
		{"alarms", func(p *props) { p.Alarms = &uploads.Alarms{} }},
		{"alarm-bytes-signed", func(p *props) { p.Alarms = &uploads.Alarms{BytesSigned: 1 << 30} }},
		{"alarms-to-a-topic", func(p *props) { p.Alarms, p.Downloads = &uploads.Alarms{TopicARN: TopicARN}, &uploads.Downloads{} }},
		{"access-log-bucket", func(p *props) { p.AccessLogBucketName = "all-access-logs" }},
		{"permissions-boundary", func(p *props) { p.PermissionsBoundaryARN, p.MalwareScan = BoundaryARN, true }},
		{"role-tags", func(p *props) { p.RoleTags = map[string]string{"long-presigned-allowed": "true"} }},
		{"tags", func(p *props) { p.Tags = map[string]string{"team": "blue"} }},
		{"disposable", func(p *props) { p.Disposable = true }},
		{"first-deployment", func(p *props) { p.FirstDeployment = true }},
		{"no-simple-route", func(p *props) { p.NoSimpleRoute = true }},
	}
}

// newPool returns the props' NewPool, which it adds if there is none.
func newPool(p *props) *uploads.NewPool {
	if p.Callers.NewPool == nil {
		p.Callers.NewPool = &uploads.NewPool{}
	}
	return p.Callers.NewPool
}
