package template_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"signpost/infra/uploads"
	"signpost/test/template/options"
	"signpost/test/template/synth"
)

// refusedOptions are values that no deployment can have, and options that contradict each other:
// the problem is about field, and names the other where there is one.
var refusedOptions = []struct {
	name  string
	spoil func(*uploads.Props)
	field string
	hint  string // part of the message: the other field, or what would be right
}{
	{"not an ARN", func(p *props) { p.UserPoolARN, p.UserPoolClientIDs = "eu-west-1_AbC", []string{"1"} }, "UserPoolARN", "arn:aws:cognito-idp:"},
	{"a pool without clients", func(p *props) { p.UserPoolARN = options.PoolARN }, "UserPoolClientIDs", "UserPoolARN"},
	{"clients without a pool", func(p *props) { p.UserPoolClientIDs = []string{"1"} }, "UserPoolClientIDs", "UserPoolARN"},
	{"a client twice", existingPool(func(p *props) { p.UserPoolClientIDs = []string{"1", "1"} }), "UserPoolClientIDs", "twice"},
	{"two clients in one", existingPool(func(p *props) { p.UserPoolClientIDs = []string{"1,2"} }), "UserPoolClientIDs", "as Cognito made it"},
	{"too many clients", existingPool(func(p *props) { p.UserPoolClientIDs = strings.Split("1 2 3 4 5 6 7 8 9 10 11", " ") }), "UserPoolClientIDs", "at most 10"},
	{"MFA of another pool", existingPool(func(p *props) { p.OptionalMFA = true }), "OptionalMFA", "UserPoolARN"},
	{"passwords of another pool", existingPool(func(p *props) { p.PasswordAuth = true }), "PasswordAuth", "UserPoolARN"},
	{"a lifetime of another pool", existingPool(func(p *props) { p.TokenLifetime = time.Hour }), "TokenLifetime", "UserPoolARN"},
	{"a short token", func(p *props) { p.TokenLifetime = time.Minute }, "TokenLifetime", "5 to 1440 minutes"},
	{"a long token", func(p *props) { p.TokenLifetime, p.SessionLifetime = 25*time.Hour, 50*time.Hour }, "TokenLifetime", "5 to 1440 minutes"},
	{"part of a minute", func(p *props) { p.TokenLifetime = 90 * time.Second * 5 }, "TokenLifetime", "whole minutes"},
	{"a short session", func(p *props) { p.TokenLifetime, p.SessionLifetime = 5*time.Minute, 30*time.Minute }, "SessionLifetime", "60 to 5256000"},
	{"a session shorter than its token", func(p *props) { p.TokenLifetime, p.SessionLifetime = 3*time.Hour, 2*time.Hour }, "SessionLifetime", "TokenLifetime"},
	{"long client ids", existingPool(func(p *props) {
		p.UserPoolClientIDs = []string{strings.Repeat("a", 128), strings.Repeat("b", 128), strings.Repeat("c", 128)}
	}), "UserPoolClientIDs", "name fewer"},
	{"no scope", func(p *props) { p.OAuthScopes = []string{} }, "OAuthScopes", "nil for ID tokens"},
	{"a scope without OAuth", func(p *props) { p.OAuthScopes = []string{"signpost/upload"} }, "OAuthScopes", "UserPoolARN"},
	{"a scope twice", func(p *props) { p.OAuthScopes = []string{uploads.SignInScope, uploads.SignInScope} }, "OAuthScopes", "twice"},
	{"two scopes in one", existingPool(func(p *props) { p.OAuthScopes = []string{"a/b c/d"} }), "OAuthScopes", "signpost/upload"},
	{"a group with a comma", func(p *props) { p.RequiredGroup = "x,admins" }, "RequiredGroup", "told apart"},
	{"a group with a space", func(p *props) { p.RequiredGroup = "a b" }, "RequiredGroup", "told apart"},
	{"a group in brackets", func(p *props) { p.RequiredGroup = "[admins]" }, "RequiredGroup", "told apart"},
	{"a group with another letter", func(p *props) { p.RequiredGroup = "grüße" }, "RequiredGroup", "at most 128"},
	{"a long group", func(p *props) { p.RequiredGroup = strings.Repeat("g", 129) }, "RequiredGroup", "at most 128"},

	{"a low threshold", func(p *props) { p.MultipartThreshold = 5<<20 - 1 }, "MultipartThreshold", "5242880"},
	{"a high threshold", func(p *props) { p.MultipartThreshold = 5<<30 + 1 }, "MultipartThreshold", "5368709120"},
	{"nothing to resume", func(p *props) { p.ResumableUploads, p.MaxSize = true, 1<<20 }, "ResumableUploads", "MultipartThreshold"},
	{"downloads without code", func(p *props) { p.Downloads = true }, "DownloadCode", "Downloads"},
	{"code without downloads", func(p *props) { p.DownloadCode = p.Code }, "DownloadCode", "Downloads"},

	{"a slash first", func(p *props) { p.KeyPrefix = "/uploads/" }, "KeyPrefix", `"uploads/"`},
	{"no slash last", func(p *props) { p.KeyPrefix = "uploads" }, "KeyPrefix", `"uploads/"`},
	{"a step up", func(p *props) { p.KeyPrefix = "uploads/../" }, "KeyPrefix", `"uploads/"`},
	{"an empty part", func(p *props) { p.KeyPrefix = "up//loads/" }, "KeyPrefix", `"uploads/"`},
	{"a wildcard", func(p *props) { p.KeyPrefix = "up*/" }, "KeyPrefix", `"uploads/"`},
	{"a long prefix", func(p *props) { p.KeyPrefix = strings.Repeat("a", 200) + "/" }, "KeyPrefix", "at most 200"},
	{"an expiry in the past", func(p *props) { p.ExpireAfterDays, p.ExpireVersionsAfterDays = -1, 1 }, "ExpireAfterDays", "1 to 2147483647"},
	{"versions in the past", func(p *props) { p.ExpireVersionsAfterDays = -1 }, "ExpireVersionsAfterDays", "1 to 2147483647"},
	{"an expiry that deletes nothing", func(p *props) { p.ExpireAfterDays = 1 }, "ExpireAfterDays", "ExpireVersionsAfterDays"},
	{"two keys", func(p *props) { p.OwnKey, p.KeyARN = true, options.KeyARN }, "OwnKey", "KeyARN"},
	{"an alias", func(p *props) { p.KeyARN = "arn:aws:kms:eu-west-1:111122223333:alias/uploads" }, "KeyARN", ":key/"},

	{"little memory", func(p *props) { p.MemoryMB = 127 }, "MemoryMB", "128 to 10240"},
	{"much memory", func(p *props) { p.MemoryMB = 10_241 }, "MemoryMB", "128 to 10240"},
	{"less than nothing", func(p *props) { p.ReservedConcurrency = -1 }, "ReservedConcurrency", "1 to 900"},
	{"more than an account has", func(p *props) { p.ReservedConcurrency = 901 }, "ReservedConcurrency", "1 to 900"},
	{"twice what an account has", func(p *props) { p.ReservedConcurrency, p.Downloads, p.DownloadCode = 451, true, p.Code }, "ReservedConcurrency", "Downloads"},

	{"a topic without alarms", func(p *props) { p.AlarmTopicARN = options.TopicARN }, "AlarmTopicARN", "Alarms"},
	{"a topic's name", func(p *props) { p.Alarms, p.AlarmTopicARN = true, "alarms" }, "AlarmTopicARN", "arn:aws:sns:"},
	{"a bound without alarms", func(p *props) { p.AlarmBytesSigned = 1 << 30 }, "AlarmBytesSigned", "Alarms"},
	{"a bound below nothing", func(p *props) { p.Alarms, p.AlarmBytesSigned = true, -1 }, "AlarmBytesSigned", "at least 1 byte"},
	{"AWS's namespace", func(p *props) { p.MetricsNamespace = "AWS/S3" }, "MetricsNamespace", "AWS's own"},
	{"a namespace with a colon", func(p *props) { p.MetricsNamespace = "Team:Uploads" }, "MetricsNamespace", "metric filter"},
	{"a namespace with a star", func(p *props) { p.MetricsNamespace = "Team*" }, "MetricsNamespace", "at most 255"},
	{"a namespace with a dollar", func(p *props) { p.MetricsNamespace = "$Team" }, "MetricsNamespace", "at most 255"},
	{"a long namespace", func(p *props) { p.MetricsNamespace = strings.Repeat("n", 256) }, "MetricsNamespace", "at most 255"},
	{"a namespace with a space", func(p *props) { p.MetricsNamespace = "a b" }, "MetricsNamespace", "at most 255"},
	{"a bucket's ARN", func(p *props) { p.AccessLogBucketName = "arn:aws:s3:::logs" }, "AccessLogBucketName", "the name alone"},

	{"no range", func(p *props) { p.SourceRanges = []string{} }, "SourceRanges", "nil for everywhere"},
	{"an address", func(p *props) { p.SourceRanges = []string{"203.0.113.7"} }, "SourceRanges", "203.0.113.7/32"},
	{"everywhere", func(p *props) { p.SourceRanges = []string{"0.0.0.0/0"} }, "SourceRanges", "nil"},
	{"within a range", func(p *props) { p.SourceRanges = []string{"203.0.113.7/24"} }, "SourceRanges", `write "203.0.113.0/24"`},
	{"a private range", func(p *props) { p.SourceRanges = []string{"10.0.0.0/8"} }, "SourceRanges", "goes out by"},
	{"a range twice", func(p *props) { p.SourceRanges = []string{"203.0.113.0/24", "203.0.113.0/24"} }, "SourceRanges", "twice"},
	{"too many ranges", func(p *props) { p.SourceRanges = manyRanges() }, "SourceRanges", "at most 200"},
	{"two web ACLs", func(p *props) { p.WebACL, p.WebACLARN = true, options.WebACLARN }, "WebACL", "WebACLARN"},
	{"CloudFront's web ACL", func(p *props) { p.WebACLARN = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/a/1" }, "WebACLARN", ":regional/"},
	{"a limit of nothing", func(p *props) { p.WebACLRateLimit = 100 }, "WebACLRateLimit", "WebACL"},
	{"a low limit", func(p *props) { p.WebACL, p.WebACLRateLimit = true, 9 }, "WebACLRateLimit", "10 to 2000000000"},
	{"a name without a certificate", func(p *props) { p.DomainName = "a.example.com" }, "CertificateARN", "DomainName"},
	{"a certificate without a name", func(p *props) { p.CertificateARN = options.CertificateARN }, "CertificateARN", "DomainName"},
	{"a zone without a name", func(p *props) { p.HostedZoneID = "Z1" }, "HostedZoneID", "DomainName"},
	{"a URL for a name", func(p *props) { p.DomainName, p.CertificateARN = "https://a.example.com", options.CertificateARN }, "DomainName", `"uploads.example.com"`},
	{"any name", func(p *props) { p.DomainName, p.CertificateARN = "*.example.com", options.CertificateARN }, "DomainName", "wildcard"},
	{"a zone's name", func(p *props) {
		p.DomainName, p.CertificateARN, p.HostedZoneID = "a.example.com", options.CertificateARN, "example.com"
	}, "HostedZoneID", "Z0123456789ABCDEFGHIJ"},

	{"a policy's name", func(p *props) { p.PermissionsBoundaryARN = "boundary" }, "PermissionsBoundaryARN", "arn:aws:iam::"},
	{"AWS's tag", func(p *props) { p.Tags = map[string]string{"aws:x": ""} }, "Tags", "AWS's own"},
	{"a tag without a key", func(p *props) { p.RoleTags = map[string]string{"": ""} }, "RoleTags", "1 to 128"},
	{"a tag's value", func(p *props) { p.Tags = map[string]string{"a": "<b>"} }, "Tags", "at most 256"},
	{"one tag, two values", func(p *props) { p.RoleTags, p.Tags = map[string]string{"a": "b"}, map[string]string{"a": "c"} }, "RoleTags", "Tags"},
	{"too many tags", func(p *props) { p.Tags = manyTags() }, "Tags", "at most 48"},
}

type props = uploads.Props

func existingPool(spoil func(*props)) func(*props) {
	return func(p *props) {
		p.UserPoolARN, p.UserPoolClientIDs = options.PoolARN, []string{"1"}
		spoil(p)
	}
}

func manyRanges() (ranges []string) {
	for i := range 201 {
		ranges = append(ranges, fmt.Sprintf("203.0.113.%d/32", i))
	}
	return ranges
}

func manyTags() map[string]string {
	tags := map[string]string{}
	for i := range 49 {
		tags[fmt.Sprint(i)] = ""
	}
	return tags
}

func TestOptionsRefused(t *testing.T) {
	synth.RequireNode(t)
	base := valid(t)
	for _, test := range refusedOptions {
		t.Run(test.name, func(t *testing.T) {
			props := base
			test.spoil(&props)
			var wrong *uploads.PropsError
			if err := props.Validate(); !errors.As(err, &wrong) {
				t.Fatalf("Validate returned %v, want a PropsError", err)
			}
			if len(wrong.Problems) != 1 || wrong.Problems[0].Field != test.field || !strings.Contains(wrong.Problems[0].Message, test.hint) {
				t.Errorf("the problems are %q, want one about %s with %q in it", wrong.Problems, test.field, test.hint)
			}
			if strings.Contains(wrong.Problems[0].Message, "\n") {
				t.Errorf("the message is more than a line: %q", wrong.Problems[0].Message)
			}
		})
	}
}
