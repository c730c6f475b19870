package uploads

import (
	"net/netip"
	"slices"
)

// MaxSourceRanges is how many source ranges fit into the bucket policy, far below its limit of 20
// KB ("Bucket policies for Amazon S3", Amazon S3 User Guide).
const MaxSourceRanges = 200

func checkSourceRanges(found problems, ranges []string) {
	const field = "SourceRanges"
	if ranges != nil && len(ranges) == 0 {
		found.add(field, "is empty, which would refuse every upload: give at least one range, or nil for everywhere")
	}
	if len(ranges) > MaxSourceRanges {
		found.add(field, "has %d entries, more than a bucket policy has room for: give at most %d", len(ranges), MaxSourceRanges)
	}
	for i, text := range ranges {
		if slices.Contains(ranges[:i], text) {
			found.add(field, "%q is given twice: give it once", text)
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		switch {
		case err != nil:
			found.add(field, `%q is not a range: write an address and a length, such as "203.0.113.0/24", or "203.0.113.7/32" for one address`, text)
		case prefix.Masked().String() != text:
			found.add(field, "%q is not the first address of its range: write %q", text, prefix.Masked())
		case prefix.Bits() == 0:
			found.add(field, "%q is every address: give nil for that", text)
		case prefix.Addr().IsPrivate() || prefix.Addr().IsLoopback() || prefix.Addr().IsLinkLocalUnicast():
			found.add(field, "%q is not public, and S3 sees only public addresses: give the network's public egress addresses", text)
		}
	}
}
