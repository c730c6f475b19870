package s3sign

import (
	"testing"

	"pgregory.net/rapid"

	"signpost/lambda/config"
)

const (
	mib  = int64(1) << 20
	gib  = int64(1) << 30
	unit = int64(partSizeUnit)
)

func TestSplitAtEveryBoundary(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ size, partSize, partCount int64 }{
		{1, 5 * mib, 1},
		{5 * mib, 5 * mib, 1},
		{5*mib + 1, 5 * mib, 2},
		{16*mib + 1, 5 * mib, 4},
		{30 * mib, 5 * mib, 6}, // the last size with the smallest parts
		{30*mib + 1, 81 * unit, 6},
		{64 * mib, 171 * unit, 6},
		{96 * mib, 16 * mib, 6},
		{96*mib + 1, 129 * unit, 12},
		{97 * mib, 130 * unit, 12},
		{100 * mib, 134 * unit, 12},
		{300 * mib, 200 * unit, 24},
		{1 * gib, 249 * unit, 66},
		{5 * gib, 253 * unit, 324},
		{159_936 * mib, 16 * mib, 9996}, // 1,666 times six parts
		{159_936*mib + 1, 16 * mib, 9997},
		{160_000*mib - 1, 16 * mib, 10_000},
		{160_000 * mib, 16 * mib, 10_000}, // 156.25 GiB: the last size with parts of at most 16 MiB
		{160_000*mib + 1, 16*mib + unit, 9962},
		{1 << 40, 1678 * unit, 9999},
		{config.MaxObjectSize - 10_000*unit, 5*gib - unit, 10_000},
		{config.MaxObjectSize - 10_000*unit + 1, 5 * gib, 10_000},
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
		size := anySize(rt)
		parts := Split(size)
		last := parts.Length(parts.Count, size)
		if parts.Size < 5*mib || parts.Size > 5*gib || parts.Count < 1 || parts.Count > 10_000 || parts.Size%unit != 0 {
			rt.Fatalf("%d bytes: %+v", size, parts)
		}
		if (parts.Count-1)*parts.Size+last != size || last < 1 || last > parts.Size {
			rt.Fatalf("%d bytes: %+v with a last part of %d", size, parts, last)
		}
		if parts.Count > 1 && parts.Length(1, size) != parts.Size {
			rt.Fatalf("%d bytes: a first part of %d", size, parts.Length(1, size))
		}
	})
}

// Six connections send as few parts one after the other as parts of 16 MiB allow. Only a file that
// would have more than 10,000 of those has larger parts, and then no larger than it must.
func TestSplitIsEvenOverSixConnections(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		size := anySize(rt)
		parts := Split(size)
		if size <= 160_000*mib {
			if rounds := (size + 96*mib - 1) / (96 * mib); parts.Size > 16*mib || (parts.Count+5)/6 != rounds {
				rt.Fatalf("%d bytes: %+v, want %d rounds of at most 16 MiB", size, parts, rounds)
			}
		} else if smaller := parts.Size - unit; (size+smaller-1)/smaller <= 10_000 {
			rt.Fatalf("%d bytes: parts of %d would do", size, smaller)
		}
	})
}

func anySize(rt *rapid.T) int64 {
	return rapid.OneOf(rapid.Int64Range(1, config.MaxObjectSize), rapid.Int64Range(1, 200*gib),
		rapid.Int64Range(1, 2*gib),
		rapid.Custom(func(rt *rapid.T) int64 { // near a boundary
			boundary := rapid.SampledFrom([]int64{96 * mib, 10_000 * unit}).Draw(rt, "boundary")
			times := rapid.Int64Range(0, config.MaxObjectSize/boundary).Draw(rt, "times")
			return max(1, min(config.MaxObjectSize, boundary*times+rapid.Int64Range(-2, 2).Draw(rt, "off")))
		})).Draw(rt, "size")
}
