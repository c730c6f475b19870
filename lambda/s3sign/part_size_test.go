package s3sign

import (
	"testing"

	"pgregory.net/rapid"

	"signpost/lambda/config"
)

const (
	mib = int64(1) << 20
	gib = int64(1) << 30
)

func TestSplitAtEveryBoundary(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ size, partSize, partCount int64 }{
		{1, 16 * mib, 1},
		{5 * mib, 16 * mib, 1},
		{16*mib - 1, 16 * mib, 1},
		{16 * mib, 16 * mib, 1},
		{16*mib + 1, 16 * mib, 2},
		{100*mib + 1, 16 * mib, 7},
		{5 * gib, 16 * mib, 320},
		{160_000*mib - 1, 16 * mib, 10_000},
		{160_000 * mib, 16 * mib, 10_000}, // 156.25 GiB: the last size with the usual parts
		{160_000*mib + 1, 17 * mib, 9412},
		{170_000 * mib, 17 * mib, 10_000},
		{170_000*mib + 1, 18 * mib, 9445},
		{1 << 40, 105 * mib, 9987},
		{51_190_000 * mib, 5119 * mib, 10_000},
		{51_190_000*mib + 1, 5 * gib, 9999},
		{config.MaxObjectSize - 1, 5 * gib, 10_000},
		{config.MaxObjectSize, 5 * gib, 10_000},
	} {
		if got := Split(c.size); got.Size != c.partSize || got.Count != c.partCount {
			t.Errorf("%d bytes are split into %d parts of %d, want %d of %d", c.size, got.Count, got.Size, c.partCount, c.partSize)
		}
	}
}

// S3's limits hold for every size, and the parts come to the file.
func TestSplitHoldsS3sLimits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.OneOf(rapid.Int64Range(1, config.MaxObjectSize), rapid.Int64Range(1, 200*gib),
			rapid.Custom(func(rt *rapid.T) int64 { // near a boundary
				return max(1, min(config.MaxObjectSize, rapid.Int64Range(0, 5120).Draw(rt, "MiB")*mib*10_000+rapid.Int64Range(-2, 2).Draw(rt, "off")))
			})).Draw(rt, "size")
		parts := Split(size)
		last := parts.Length(parts.Count, size)
		if parts.Size < 5*mib || parts.Size > 5*gib || parts.Count < 1 || parts.Count > 10_000 || parts.Size%mib != 0 {
			rt.Fatalf("%d bytes: %+v", size, parts)
		}
		if (parts.Count-1)*parts.Size+last != size || last < 1 || last > parts.Size {
			rt.Fatalf("%d bytes: %+v with a last part of %d", size, parts, last)
		}
		if parts.Count > 1 && parts.Length(1, size) != parts.Size {
			rt.Fatalf("%d bytes: a first part of %d", size, parts.Length(1, size))
		}
		if smaller := parts.Size - mib; smaller >= 16*mib && (size+smaller-1)/smaller <= 10_000 {
			rt.Fatalf("%d bytes: parts of %d would do", size, smaller)
		}
	})
}
