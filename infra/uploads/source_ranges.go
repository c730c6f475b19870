package uploads

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

var hostedZoneForm = regexp.MustCompile(`^[A-Z0-9]{1,32}$`)

func (p Props) validateNetwork(found *PropsError) {
	p.validateSourceRanges(found)
	p.validateWebACL(found)
	p.validateDomain(found)
}

func (p Props) validateSourceRanges(found *PropsError) {
	const field = "SourceRanges"
	if p.SourceRanges != nil && len(p.SourceRanges) == 0 {
		found.add(field, "names no range, which would refuse every upload: give at least one, or nil for everywhere")
	}
	if len(p.SourceRanges) > MaxSourceRanges {
		found.add(field, "are %d, more than a bucket policy has room for: name at most %d", len(p.SourceRanges), MaxSourceRanges)
	}
	for i, text := range p.SourceRanges {
		if slices.Contains(p.SourceRanges[:i], text) {
			found.add(field, "%q is there twice: name it once", text)
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		switch {
		case err != nil:
			found.add(field, `%q is not a range: write an address and a length, such as "203.0.113.0/24", or "203.0.113.7/32" for one address`, text)
		case prefix.Masked().String() != text:
			found.add(field, "%q does not begin where its range does: write %q", text, prefix.Masked())
		case prefix.Bits() == 0:
			found.add(field, "%q is everywhere: give nil for that", text)
		case prefix.Addr().IsPrivate() || prefix.Addr().IsLoopback() || prefix.Addr().IsLinkLocalUnicast():
			found.add(field, "%q is not public, and S3 sees public addresses alone: give those that the network goes out by", text)
		}
	}
}

func (p Props) validateWebACL(found *PropsError) {
	found.arn("WebACLARN", "web ACL", p.WebACLARN)
	if p.WebACL && p.WebACLARN != "" {
		found.add("WebACL", "asks for a new web ACL, and WebACLARN names one: choose one of the two")
	}
	if p.WebACLRateLimit != 0 && !p.WebACL {
		found.add("WebACLRateLimit", "is given, but WebACL is off: turn it on or give no limit")
	}
	if limit := p.withDefaults().WebACLRateLimit; limit < MinWebACLRateLimit || limit > MaxWebACLRateLimit {
		found.add("WebACLRateLimit", "%d is out of range: give %d to %d requests in 5 minutes", limit, MinWebACLRateLimit, MaxWebACLRateLimit)
	}
}

func (p Props) validateDomain(found *PropsError) {
	if name := p.DomainName; name != "" && !isToken(name) && (!hostName.MatchString(name) || !strings.Contains(name, ".") || len(name) > 253) {
		found.add("DomainName", `%q is not a host's name: write one in lower case, such as "uploads.example.com", without scheme, path or wildcard`, name)
	}
	found.arn("CertificateARN", "certificate", p.CertificateARN)
	if p.DomainName != "" && p.CertificateARN == "" {
		found.add("CertificateARN", "is missing, and DomainName is given: give a certificate for that name, in the stack's region")
	}
	if p.DomainName == "" && p.CertificateARN != "" {
		found.add("CertificateARN", "is given without DomainName: give the name that it is for")
	}
	if p.DomainName == "" && p.HostedZoneID != "" {
		found.add("HostedZoneID", "is given without DomainName: give the name to put into the zone")
	}
	if id := p.HostedZoneID; id != "" && !isToken(id) && !hostedZoneForm.MatchString(id) {
		found.add("HostedZoneID", `%q is not a hosted zone's id, such as "Z0123456789ABCDEFGHIJ"`, id)
	}
}
