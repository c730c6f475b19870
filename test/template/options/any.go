package options

import (
	"cmp"
	"time"

	"pgregory.net/rapid"

	"signpost/infra/uploads"
)

// Any draws valid props. Each part is there about half of the time, so that options meet.
func Any(r *rapid.T) uploads.Props {
	p := uploads.Props{
		AllowedOrigins: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{
			"http://localhost:3000", "http://127.0.0.1:8080", "https://app.example.com", "https://xn--bcher-kva.example:8443", "tauri://localhost", "http://[::1]:8080",
		}), 1, 3, rapid.ID).Draw(r, "origins"),
		AllowedTypes:     rapid.SampledFrom([][]string{nil, {"image/png"}, {"image/svg+xml", "video/*"}}).Draw(r, "types"),
		ThrottleRate:     rapid.Float64Range(0.5, 10_000).Draw(r, "rate"),
		ThrottleBurst:    rapid.IntRange(1, 5_000).Draw(r, "burst"),
		LogRetentionDays: rapid.SampledFrom([]int{0, 1, 30, 3653}).Draw(r, "log days"),
		Disposable:       rapid.Bool().Draw(r, "disposable"),
		FirstDeployment:  rapid.Bool().Draw(r, "first deployment"),
		NoSimpleRoute:    rapid.Bool().Draw(r, "no simple route"),
	}
	anyCallers(r, &p)
	anyFiles(r, &p)
	anyEvidence(r, &p)
	anyNetwork(r, &p)
	anyOrganisation(r, &p)
	return p
}

func anyCallers(r *rapid.T, p *uploads.Props) {
	p.RequiredGroup = rapid.SampledFrom([]string{"", "uploaders", "eu-west-1_Pool:Google"}).Draw(r, "group")
	scopes := [][]string{nil, {uploads.SignInScope}}
	if rapid.Bool().Draw(r, "existing pool") {
		p.UserPoolARN = PoolARN
		p.UserPoolClientIDs = rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z0-9]{20,26}`), 1, 10, rapid.ID).Draw(r, "clients")
		scopes = append(scopes, []string{"signpost/upload", "https://api.example.com/files:write"})
	} else {
		p.TokenLifetime = time.Duration(rapid.IntRange(5, 24*60).Draw(r, "token minutes")) * time.Minute
		p.SessionLifetime = time.Duration(rapid.IntRange(24*60, 10*365*24*60).Draw(r, "session minutes")) * time.Minute
		p.OptionalMFA = rapid.Bool().Draw(r, "optional MFA")
		p.PasswordAuth = rapid.Bool().Draw(r, "password")
	}
	p.OAuthScopes = rapid.SampledFrom(scopes).Draw(r, "scopes")
}

func anyFiles(r *rapid.T, p *uploads.Props) {
	p.AllowLongURLs = rapid.Bool().Draw(r, "long")
	minutes := 15
	if p.AllowLongURLs {
		minutes = 60
	}
	p.URLLifetime = time.Duration(rapid.IntRange(60, minutes*60).Draw(r, "seconds")) * time.Second
	p.MaxSize = rapid.OneOf(rapid.Int64Range(1, 5<<30), rapid.Int64Range(1, 10_000*(5<<30))).Draw(r, "size")
	p.MultipartThreshold = rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(5<<20, 5<<30)).Draw(r, "threshold")
	p.ResumableUploads = inParts(*p) && rapid.Bool().Draw(r, "resumable")
	p.Downloads = rapid.Bool().Draw(r, "downloads")
	p.KeyPrefix = rapid.OneOf(rapid.Just(""), rapid.StringMatching(`([a-z0-9_-]{1,8}/){1,3}`)).Draw(r, "prefix")
	p.ExpireVersionsAfterDays = rapid.IntRange(0, 400).Draw(r, "version days")
	if p.ExpireVersionsAfterDays != 0 {
		p.ExpireAfterDays = rapid.IntRange(0, 400).Draw(r, "days")
	}
	switch rapid.SampledFrom([]string{"S3", "own", "existing"}).Draw(r, "key") {
	case "own":
		p.OwnKey = true
	case "existing":
		p.KeyARN = KeyARN
	}
	p.EventBridge = rapid.Bool().Draw(r, "EventBridge")
	p.MalwareScan = rapid.Bool().Draw(r, "malware scan")
	p.MemoryMB = rapid.SampledFrom([]int{0, 128, 1769, 10_240}).Draw(r, "memory")
	p.ReservedConcurrency = rapid.IntRange(0, 450).Draw(r, "concurrency")
}

func anyEvidence(r *rapid.T, p *uploads.Props) {
	p.Tracing = rapid.Bool().Draw(r, "tracing")
	p.Alarms = rapid.Bool().Draw(r, "alarms")
	if p.Alarms {
		p.AlarmBytesSigned = rapid.SampledFrom([]int64{0, 1, 1 << 40}).Draw(r, "bytes signed")
	}
	if p.Alarms && rapid.Bool().Draw(r, "existing topic") {
		p.AlarmTopicARN = TopicARN
	}
	p.Dashboard = rapid.Bool().Draw(r, "dashboard")
	p.LogQueries = rapid.Bool().Draw(r, "queries")
	p.MetricsNamespace = rapid.SampledFrom([]string{"", "Team/Uploads"}).Draw(r, "namespace")
	p.AccessLogBucketName = rapid.SampledFrom([]string{"", "all-access-logs"}).Draw(r, "log bucket")
}

func anyNetwork(r *rapid.T, p *uploads.Props) {
	p.SourceRanges = rapid.SampledFrom([][]string{nil, {"203.0.113.0/24"}, {"198.51.100.7/32", "2001:db8::/48"}}).Draw(r, "ranges")
	switch rapid.SampledFrom([]string{"none", "own", "existing"}).Draw(r, "web ACL") {
	case "own":
		p.WebACL = true
		p.WebACLRateLimit = rapid.SampledFrom([]int{0, 10, 2_000_000_000}).Draw(r, "rate limit")
	case "existing":
		p.WebACLARN = WebACLARN
	}
	if rapid.Bool().Draw(r, "domain") {
		p.DomainName, p.CertificateARN = "uploads.example.com", CertificateARN
		p.HostedZoneID = rapid.SampledFrom([]string{"", "Z0123456789ABCDEFGHIJ"}).Draw(r, "zone")
	}
}

func anyOrganisation(r *rapid.T, p *uploads.Props) {
	p.PermissionsBoundaryARN = rapid.SampledFrom([]string{"", BoundaryARN}).Draw(r, "boundary")
	p.RoleTags = rapid.SampledFrom([]map[string]string{nil, {"long-presigned-allowed": "true", "team": "blue"}}).Draw(r, "role tags")
	p.Tags = rapid.SampledFrom([]map[string]string{nil, {"team": "blue", "cost centre": "42"}}).Draw(r, "tags")
}

// inParts says whether some file is large enough to be sent in parts.
func inParts(p uploads.Props) bool {
	return p.MaxSize > cmp.Or(p.MultipartThreshold, uploads.DefaultMultipartThreshold)
}
