package options

import (
	"cmp"
	"slices"
	"time"

	"pgregory.net/rapid"

	"signpost/infra/uploads"
	"signpost/lambda/config"
)

// Any draws valid props. Each part is there about half of the time, so that options are combined.
func Any(r *rapid.T) uploads.Props {
	p := uploads.Props{
		AllowedOrigins: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{
			"http://localhost:3000", "http://127.0.0.1:8080", "https://app.example.com", "https://xn--bcher-kva.example:8443", "tauri://localhost", "http://[::1]:8080",
		}), 1, 3, rapid.ID).Draw(r, "origins"),
		AllowedTypes:     rapid.SampledFrom([][]string{nil, {"image/png"}, {"image/svg+xml", "video/*"}}).Draw(r, "types"),
		Throttle:         uploads.Throttle{Rate: rapid.Float64Range(0.5, 10_000).Draw(r, "rate"), Burst: rapid.IntRange(1, 5_000).Draw(r, "burst")},
		LogRetentionDays: rapid.SampledFrom([]int{0, 1, 30, 3653}).Draw(r, "log days"),
		Disposable:       rapid.Bool().Draw(r, "disposable"),
		FirstDeployment:  rapid.Bool().Draw(r, "first deployment"),
		NoSimpleRoute:    rapid.Bool().Draw(r, "no simple route"),
	}
	anyCallers(r, &p)
	anyFiles(r, &p)
	anyMonitoring(r, &p)
	anyNetwork(r, &p)
	anyOrganization(r, &p)
	return p
}

func anyCallers(r *rapid.T, p *uploads.Props) {
	p.Callers.RequiredGroup = rapid.SampledFrom([]string{"", "uploaders", "eu-west-1_Pool:Google"}).Draw(r, "group")
	pool := rapid.SampledFrom([]string{"default", "new", "existing", "none"}).Draw(r, "pool")
	switch pool {
	case "none":
		p.Callers.RequiredGroup = ""
	case "new":
		p.Callers.NewPool = &uploads.NewPool{
			OptionalMFA:     rapid.Bool().Draw(r, "optional MFA"),
			TokenLifetime:   time.Duration(rapid.IntRange(5, 24*60).Draw(r, "token minutes")) * time.Minute,
			SessionLifetime: time.Duration(rapid.IntRange(24*60, 10*365*24*60).Draw(r, "session minutes")) * time.Minute,
			PasswordAuth:    rapid.Bool().Draw(r, "password"),
			AccessTokens:    rapid.Bool().Draw(r, "access tokens"),
		}
	case "existing":
		p.Callers.ExistingPool = &uploads.ExistingPool{
			PoolARN:     PoolARN,
			ClientIDs:   rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z0-9]{20,26}`), 1, 10, rapid.ID).Draw(r, "clients"),
			OAuthScopes: rapid.SampledFrom([][]string{nil, {uploads.SignInScope}, {"signpost/upload", "https://api.example.com/files:write"}}).Draw(r, "scopes"),
		}
	}
	if pool == "none" || pool != "default" && rapid.Bool().Draw(r, "issuers") {
		p.Callers.Issuers = anyIssuers(r)
		if p.Callers.ExistingPool != nil {
			p.Callers.ExistingPool.IssuerURL = rapid.SampledFrom([]string{"", PoolIssuer}).Draw(r, "issuer of the pool")
		}
	}
}

func anyIssuers(r *rapid.T) *uploads.Issuers {
	issuers := &uploads.Issuers{CacheLifetime: time.Duration(rapid.IntRange(0, 3600).Draw(r, "cache seconds")) * time.Second}
	for _, url := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{Issuer, "https://login.example.com", "http://127.0.0.1:8090", "https://example.okta.com/oauth2/default"}), 1, 3, rapid.ID).Draw(r, "URLs") {
		issuers.List = append(issuers.List, uploads.Issuer{
			URL:            url,
			Audiences:      rapid.SampledFrom([][]string{{"web"}, {"https://app.example.com/uploads", `"quoted"`}}).Draw(r, "audiences"),
			Algorithms:     rapid.SampledFrom([][]string{nil, {"ES256"}, config.Algorithms()}).Draw(r, "algorithms"),
			RequiredClaims: rapid.SampledFrom([]map[string][]string{nil, {"scope": {"upload"}, "https://example.com/roles": {"a b", "ü"}}}).Draw(r, "claims"),
			OwnerClaim:     rapid.SampledFrom([]string{"", "org_id"}).Draw(r, "owner claim"),
		})
	}
	return issuers
}

func anyFiles(r *rapid.T, p *uploads.Props) {
	p.AllowLongURLs = rapid.Bool().Draw(r, "long")
	minutes := 15
	if p.AllowLongURLs {
		minutes = 60
	}
	p.URLLifetime = time.Duration(rapid.IntRange(60, minutes*60).Draw(r, "seconds")) * time.Second
	p.MaxSize = rapid.OneOf(rapid.Int64Range(1, 5<<30), rapid.Int64Range(1, 10_000*(5<<30))).Draw(r, "size")
	p.Multipart.Threshold = rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(5<<20, 5<<30)).Draw(r, "threshold")
	if rapid.Bool().Draw(r, "downloads") {
		p.Downloads = &uploads.Downloads{}
	}
	if rapid.Bool().Draw(r, "listings") {
		p.Listings = &uploads.Listings{}
	}
	if rapid.Bool().Draw(r, "deletions") {
		p.Deletions = &uploads.Deletions{}
	}
	p.KeyPrefix = rapid.OneOf(rapid.Just(""), rapid.StringMatching(`([a-z0-9_-]{1,8}/){1,3}`)).Draw(r, "prefix")
	if rapid.Bool().Draw(r, "expiry") {
		p.Expiry = &uploads.Expiry{UploadsAfterDays: rapid.IntRange(0, 400).Draw(r, "days"), VersionsAfterDays: rapid.IntRange(1, 400).Draw(r, "version days")}
	}
	anyKinds(r, p)
	p.Multipart.Resumable = sendsParts(*p) && rapid.Bool().Draw(r, "resumable")
	p.Encryption = rapid.SampledFrom([]*uploads.Encryption{nil, {}, {KeyARN: KeyARN}}).Draw(r, "encryption")
	p.EventBridge = rapid.Bool().Draw(r, "EventBridge")
	p.TransferAcceleration = rapid.Bool().Draw(r, "transfer acceleration")
	p.MalwareScan = rapid.Bool().Draw(r, "malware scan")
	if p.MalwareScan && rapid.Bool().Draw(r, "scans") {
		p.Scans = &uploads.Scans{}
	}
	if rapid.Bool().Draw(r, "webhook") {
		p.Webhook = &uploads.Webhook{
			URL: WebhookURL, SecretARN: SecretARN,
			SecretField:   rapid.SampledFrom([]string{"", "uploads"}).Draw(r, "secret field"),
			HeaderName:    rapid.SampledFrom([]string{"", "X-Api-Key"}).Draw(r, "header"),
			AfterScan:     p.MalwareScan && rapid.Bool().Draw(r, "after scan"),
			RatePerSecond: rapid.IntRange(0, 1000).Draw(r, "webhook rate"),
		}
	}
	p.Functions.MemoryMB = rapid.SampledFrom([]int{0, 128, 1769, 10_240}).Draw(r, "memory")
	p.Functions.ReservedConcurrency = rapid.IntRange(0, uploads.MaxReservedConcurrency/p.FunctionCount()).Draw(r, "concurrency")
}

func anyKinds(r *rapid.T, p *uploads.Props) {
	groups := []string{"", "uploaders", "editors/film"}
	if p.Callers.Issuers != nil && p.Callers.NewPool == nil && p.Callers.ExistingPool == nil {
		groups = []string{""}
	}
	for _, name := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z][a-z0-9-]{0,8}`), 0, 3, rapid.ID).Draw(r, "kinds") {
		kind := uploads.Kind{
			Name:             name,
			AllowedTypes:     rapid.SampledFrom([][]string{nil, {"image/png"}, {"image/svg+xml", "video/*"}}).Draw(r, "types"),
			MaxSize:          rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(1, 5<<30)).Draw(r, "size"),
			RequiredGroup:    rapid.SampledFrom(groups).Draw(r, "group"),
			RequiredClaims:   rapid.SampledFrom([]map[string][]string{nil, {"groups": {"editors", "admins"}}, {"groups": {"admins"}, "scope": {"film"}}}).Draw(r, "claims"),
			RequiredMetadata: rapid.SampledFrom([][]string{nil, {"title"}, {"title", "x.y_z-1"}}).Draw(r, "metadata"),
			NoDownloads:      p.Downloads != nil && rapid.Bool().Draw(r, "no downloads"),
		}
		if rapid.Bool().Draw(r, "own lifetime") {
			kind.URLLifetime = time.Duration(rapid.IntRange(60, int(p.URLLifetime.Seconds())).Draw(r, "seconds")) * time.Second
		}
		if p.Expiry != nil {
			kind.ExpireAfterDays = rapid.IntRange(0, cmp.Or(p.Expiry.UploadsAfterDays, 400)).Draw(r, "days")
		}
		p.Kinds = append(p.Kinds, kind)
	}
	p.NoUnnamedKind = len(p.Kinds) > 0 && rapid.Bool().Draw(r, "no unnamed kind")
}

func anyMonitoring(r *rapid.T, p *uploads.Props) {
	p.Tracing = rapid.Bool().Draw(r, "tracing")
	p.Alarms = rapid.SampledFrom([]*uploads.Alarms{nil, {}, {BytesSigned: 1}, {BytesSigned: 1 << 40, TopicARN: TopicARN}}).Draw(r, "alarms")
	p.Dashboard = rapid.Bool().Draw(r, "dashboard")
	p.LogQueries = rapid.Bool().Draw(r, "queries")
	p.MetricsNamespace = rapid.SampledFrom([]string{"", "Team/Uploads"}).Draw(r, "namespace")
	p.AccessLogBucketName = rapid.SampledFrom([]string{"", "all-access-logs"}).Draw(r, "log bucket")
}

func anyNetwork(r *rapid.T, p *uploads.Props) {
	p.SourceRanges = rapid.SampledFrom([][]string{nil, {"203.0.113.0/24"}, {"198.51.100.7/32", "2001:db8::/48"}}).Draw(r, "ranges")
	p.WebACL = rapid.SampledFrom([]*uploads.WebACL{nil, {}, {RateLimit: 10}, {RateLimit: 2_000_000_000}, {ARN: WebACLARN}}).Draw(r, "web ACL")
	if rapid.Bool().Draw(r, "domain") {
		p.Domain = &uploads.Domain{
			Name:           "uploads.example.com",
			CertificateARN: CertificateARN,
			HostedZoneID:   rapid.SampledFrom([]string{"", "Z0123456789ABCDEFGHIJ"}).Draw(r, "zone"),
		}
	}
}

func anyOrganization(r *rapid.T, p *uploads.Props) {
	p.PermissionsBoundaryARN = rapid.SampledFrom([]string{"", BoundaryARN}).Draw(r, "boundary")
	p.RoleTags = rapid.SampledFrom([]map[string]string{nil, {"long-presigned-allowed": "true", "team": "blue"}}).Draw(r, "role tags")
	p.Tags = rapid.SampledFrom([]map[string]string{nil, {"team": "blue", "cost centre": "42"}}).Draw(r, "tags")
}

// sendsParts reports whether some file is large enough to be sent in parts.
func sendsParts(p uploads.Props) bool {
	var sizes []int64
	if !p.NoUnnamedKind {
		sizes = append(sizes, p.MaxSize)
	}
	for _, kind := range p.Kinds {
		sizes = append(sizes, cmp.Or(kind.MaxSize, p.MaxSize))
	}
	return slices.Max(sizes) > cmp.Or(p.Multipart.Threshold, config.DefaultMultipartThreshold)
}
