package uploads_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"

	"signpost/infra/uploads"
)

const (
	poolARN        = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_AbCdEfGhI"
	keyARN         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	certificateARN = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
	webACLARN      = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/shared/1234abcd-12ab-34cd-56ef-1234567890ab"
	topicARN       = "arn:aws:sns:eu-west-1:111122223333:alarms"
	boundaryARN    = "arn:aws:iam::111122223333:policy/boundary"
)

func TestCallersRefused(t *testing.T) {
	newPool := func(pool uploads.NewPool) func(*props) {
		return func(p *props) { p.Callers.NewPool = &pool }
	}
	existing := func(spoil func(*uploads.ExistingPool)) func(*props) {
		return func(p *props) {
			p.Callers.ExistingPool = &uploads.ExistingPool{PoolARN: poolARN, ClientIDs: []string{"1"}}
			spoil(p.Callers.ExistingPool)
		}
	}
	group := func(name string) func(*props) { return func(p *props) { p.Callers.RequiredGroup = name } }
	assertRefused(t, []refusal{
		{"two pools", func(p *props) {
			existing(func(*uploads.ExistingPool) {})(p)
			p.Callers.NewPool = &uploads.NewPool{}
		}, "Callers.ExistingPool", "is given, and so is Callers.NewPool: give only one of the two"},

		{"a short token", newPool(uploads.NewPool{TokenLifetime: time.Minute}), "Callers.NewPool.TokenLifetime", "5 to 1440 minutes"},
		{"a long token", newPool(uploads.NewPool{TokenLifetime: 25 * time.Hour, SessionLifetime: 50 * time.Hour}), "Callers.NewPool.TokenLifetime", "5 to 1440 minutes"},
		{"part of a minute", newPool(uploads.NewPool{TokenLifetime: 90 * time.Second * 5}), "Callers.NewPool.TokenLifetime", "whole minutes"},
		{"a short session", newPool(uploads.NewPool{TokenLifetime: 5 * time.Minute, SessionLifetime: 30 * time.Minute}), "Callers.NewPool.SessionLifetime", "60 to 5256000"},
		{"a session shorter than its token", newPool(uploads.NewPool{TokenLifetime: 3 * time.Hour, SessionLifetime: 2 * time.Hour}), "Callers.NewPool.SessionLifetime", "TokenLifetime"},

		{"not an ARN", existing(func(e *uploads.ExistingPool) { e.PoolARN = "eu-west-1_AbC" }), "Callers.ExistingPool.PoolARN", "arn:aws:cognito-idp:"},
		{"no pool", existing(func(e *uploads.ExistingPool) { e.PoolARN = "" }), "Callers.ExistingPool.Pool", "PoolARN"},
		{"a pool twice", existing(func(e *uploads.ExistingPool) { e.Pool = struct{ awscognito.IUserPool }{} }), "Callers.ExistingPool.PoolARN", "and so is Callers.ExistingPool.Pool"},
		{"no clients", existing(func(e *uploads.ExistingPool) { e.ClientIDs = nil }), "Callers.ExistingPool.Clients", "ClientIDs"},
		{"clients twice", existing(func(e *uploads.ExistingPool) {
			e.Clients = []awscognito.IUserPoolClient{struct{ awscognito.IUserPoolClient }{}}
		}), "Callers.ExistingPool.ClientIDs", "and so is Callers.ExistingPool.Clients"},
		{"no client", existing(func(e *uploads.ExistingPool) { e.ClientIDs, e.Clients = nil, []awscognito.IUserPoolClient{nil} }), "Callers.ExistingPool.Clients", "nil"},
		{"a client twice", existing(func(e *uploads.ExistingPool) { e.ClientIDs = []string{"1", "1"} }), "Callers.ExistingPool.ClientIDs", "twice"},
		{"two clients in one", existing(func(e *uploads.ExistingPool) { e.ClientIDs = []string{"1,2"} }), "Callers.ExistingPool.ClientIDs", "as Cognito made it"},
		{"too many clients", existing(func(e *uploads.ExistingPool) { e.ClientIDs = strings.Split("1 2 3 4 5 6 7 8 9 10 11", " ") }), "Callers.ExistingPool.ClientIDs", "at most 10"},
		{"long client ids", existing(func(e *uploads.ExistingPool) {
			e.ClientIDs = []string{strings.Repeat("a", 128), strings.Repeat("b", 128), strings.Repeat("c", 128)}
		}), "Callers.ExistingPool.ClientIDs", "give fewer"},
		{"no scope", existing(func(e *uploads.ExistingPool) { e.OAuthScopes = []string{} }), "Callers.ExistingPool.OAuthScopes", "nil for ID tokens"},
		{"a scope twice", existing(func(e *uploads.ExistingPool) { e.OAuthScopes = []string{uploads.SignInScope, uploads.SignInScope} }), "Callers.ExistingPool.OAuthScopes", "twice"},
		{"two scopes in one", existing(func(e *uploads.ExistingPool) { e.OAuthScopes = []string{"a/b c/d"} }), "Callers.ExistingPool.OAuthScopes", "signpost/upload"},

		{"a group with a comma", group("x,admins"), "Callers.RequiredGroup", "be distinguished"},
		{"a group with a space", group("a b"), "Callers.RequiredGroup", "be distinguished"},
		{"a group in brackets", group("[admins]"), "Callers.RequiredGroup", "be distinguished"},
		{"a group with another letter", group("grüße"), "Callers.RequiredGroup", "at most 128"},
		{"a long group", group(strings.Repeat("g", 129)), "Callers.RequiredGroup", "at most 128"},
	})
}

func TestFeaturesRefused(t *testing.T) {
	assertRefused(t, []refusal{
		{"a low threshold", func(p *props) { p.Multipart.Threshold = 5<<20 - 1 }, "Multipart.Threshold", "5242880"},
		{"a high threshold", func(p *props) { p.Multipart.Threshold = 5<<30 + 1 }, "Multipart.Threshold", "5368709120"},
		{"nothing to resume", func(p *props) { p.Multipart.Resumable, p.MaxSize = true, 1<<20 }, "Multipart.Resumable", "Multipart.Threshold"},
		{"downloads without code", func(p *props) { p.Downloads = &uploads.Downloads{} }, "Downloads.Code", "package build"},

		{"listings without code", func(p *props) { p.Listings = &uploads.Listings{} }, "Listings.Code", "package build"},
		{"deletions without code", func(p *props) { p.Deletions = &uploads.Deletions{} }, "Deletions.Code", "package build"},
		{"scans without code", func(p *props) { p.MalwareScan, p.Scans = true, &uploads.Scans{} }, "Scans.Code", "package build"},
		{"scans of nothing", func(p *props) { p.Scans = &uploads.Scans{Code: p.Code} }, "Scans", "MalwareScan"},

		{"an expiry in the past", func(p *props) { p.Expiry = &uploads.Expiry{UploadsAfterDays: -1, VersionsAfterDays: 1} }, "Expiry.UploadsAfterDays", "1 to 2147483647"},
		{"versions in the past", func(p *props) { p.Expiry = &uploads.Expiry{VersionsAfterDays: -1} }, "Expiry.VersionsAfterDays", "1 to 2147483647"},
		{"an expiry that deletes nothing", func(p *props) { p.Expiry = &uploads.Expiry{UploadsAfterDays: 1} }, "Expiry.VersionsAfterDays", "keeps versions"},
		{"two keys", func(p *props) {
			p.Encryption = &uploads.Encryption{Key: struct{ awskms.IKey }{}, KeyARN: keyARN}
		}, "Encryption.KeyARN", "and so is Encryption.Key"},
		{"an alias", func(p *props) {
			p.Encryption = &uploads.Encryption{KeyARN: "arn:aws:kms:eu-west-1:111122223333:alias/uploads"}
		}, "Encryption.KeyARN", ":key/"},

		{"little memory", func(p *props) { p.Functions.MemoryMB = 127 }, "Functions.MemoryMB", "128 to 10240"},
		{"much memory", func(p *props) { p.Functions.MemoryMB = 10_241 }, "Functions.MemoryMB", "128 to 10240"},
		{"less than nothing", func(p *props) { p.Functions.ReservedConcurrency = -1 }, "Functions.ReservedConcurrency", "1 to 900"},
		{"more than an account has", func(p *props) { p.Functions.ReservedConcurrency = 901 }, "Functions.ReservedConcurrency", "1 to 900"},
		{"twice what an account has", func(p *props) {
			p.Functions.ReservedConcurrency, p.Downloads = 451, &uploads.Downloads{Code: p.Code}
		}, "Functions.ReservedConcurrency", "1 to 450, since there are 2 functions"},
		{"five times what an account has", func(p *props) {
			p.Functions.ReservedConcurrency = 181
			p.Downloads, p.Listings, p.Deletions = &uploads.Downloads{Code: p.Code}, &uploads.Listings{Code: p.Code}, &uploads.Deletions{Code: p.Code}
			p.MalwareScan, p.Scans = true, &uploads.Scans{Code: p.Code}
		}, "Functions.ReservedConcurrency", "1 to 180, since there are 5 functions"},

		{"negative rate", func(p *props) { p.Throttle.Rate = -1 }, "Throttle.Rate", "at most 10000"},
		{"rate beyond", func(p *props) { p.Throttle.Rate = 10_001 }, "Throttle.Rate", "at most 10000"},
		{"not a number", func(p *props) { p.Throttle.Rate = math.NaN() }, "Throttle.Rate", "at most 10000"},
		{"negative burst", func(p *props) { p.Throttle.Burst = -1 }, "Throttle.Burst", "1 to 5000"},
		{"burst beyond", func(p *props) { p.Throttle.Burst = 5_001 }, "Throttle.Burst", "1 to 5000"},
	})
}

func TestExistingRefused(t *testing.T) {
	domain := func(spoil func(*uploads.Domain)) func(*props) {
		return func(p *props) {
			p.Domain = &uploads.Domain{Name: "a.example.com", CertificateARN: certificateARN}
			spoil(p.Domain)
		}
	}
	assertRefused(t, []refusal{
		{"no name", domain(func(d *uploads.Domain) { d.Name = "" }), "Domain.Name", `"uploads.example.com"`},
		{"a URL for a name", domain(func(d *uploads.Domain) { d.Name = "https://a.example.com" }), "Domain.Name", `"uploads.example.com"`},
		{"any name", domain(func(d *uploads.Domain) { d.Name = "*.example.com" }), "Domain.Name", "wildcard"},
		{"one label", domain(func(d *uploads.Domain) { d.Name = "uploads" }), "Domain.Name", `"uploads.example.com"`},
		{"a name without a certificate", domain(func(d *uploads.Domain) { d.CertificateARN = "" }), "Domain.Certificate", "CertificateARN"},
		{"not a certificate", domain(func(d *uploads.Domain) { d.CertificateARN = "arn:aws:iam::111122223333:server-certificate/a" }), "Domain.CertificateARN", "arn:aws:acm:"},
		{"two certificates", domain(func(d *uploads.Domain) {
			d.Certificate = struct {
				awscertificatemanager.ICertificate
			}{}
		}), "Domain.CertificateARN", "and so is Domain.Certificate"},
		{"a zone's name", domain(func(d *uploads.Domain) { d.HostedZoneID = "example.com" }), "Domain.HostedZoneID", "Z0123456789ABCDEFGHIJ"},
		{"two zones", domain(func(d *uploads.Domain) {
			d.HostedZone, d.HostedZoneID = struct{ awsroute53.IHostedZone }{}, "Z1"
		}), "Domain.HostedZoneID", "and so is Domain.HostedZone"},

		{"a limit for an existing web ACL", func(p *props) { p.WebACL = &uploads.WebACL{RateLimit: 100, ARN: webACLARN} }, "WebACL.ARN", "and so is WebACL.RateLimit"},
		{"CloudFront's web ACL", func(p *props) {
			p.WebACL = &uploads.WebACL{ARN: "arn:aws:wafv2:us-east-1:111122223333:global/webacl/a/1"}
		}, "WebACL.ARN", ":regional/"},
		{"a low limit", func(p *props) { p.WebACL = &uploads.WebACL{RateLimit: 9} }, "WebACL.RateLimit", "10 to 2000000000"},

		{"a topic's name", func(p *props) { p.Alarms = &uploads.Alarms{TopicARN: "alarms"} }, "Alarms.TopicARN", "arn:aws:sns:"},
		{"two topics", func(p *props) {
			p.Alarms = &uploads.Alarms{Topic: struct{ awssns.ITopic }{}, TopicARN: topicARN}
		}, "Alarms.TopicARN", "and so is Alarms.Topic"},
		{"fewer bytes than none", func(p *props) { p.Alarms = &uploads.Alarms{BytesSigned: -1} }, "Alarms.BytesSigned", "at least 1 byte"},

		{"two buckets", func(p *props) { p.AccessLogBucket, p.AccessLogBucketName = struct{ awss3.IBucket }{}, "logs" }, "AccessLogBucketName", "and so is AccessLogBucket"},
		{"two boundaries", func(p *props) {
			p.PermissionsBoundary, p.PermissionsBoundaryARN = struct{ awsiam.IManagedPolicy }{}, boundaryARN
		}, "PermissionsBoundaryARN", "and so is PermissionsBoundary"},
	})
}
