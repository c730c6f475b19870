package s3sign

import "signpost/lambda/config"

const (
	// usualPartSize is small enough to send again after a failure, and large enough that a gigabyte
	// takes only 66 parts.
	usualPartSize = 16 << 20

	// connections is how many connections a browser opens to a host that speaks HTTP/1.1, as S3
	// does: six ("Network features reference", Chrome DevTools).
	connections = 6

	// partSizeUnit rounds part sizes. With whole MiB the last part would be much smaller than the
	// others, and its connection would idle.
	partSizeUnit = 64 << 10
)

// Parts is how a file is split: into Count parts of Size bytes each, the last of which has the
// remaining bytes.
type Parts struct {
	Size  int64 `json:"partSize"`
	Count int64 `json:"partCount"`
}

// Split decides how a file is split. The size is in bytes, at least 1; nothing else matters, so
// that every later request comes to the same parts.
//
// Six connections send a file fastest if each has the same number of parts. So a file has the
// fewest parts that are a multiple of six and have at most 16 MiB each, and never more than S3's
// 10,000. The part size is rounded up to whole 64 KiB, and to the 5 MiB that S3 requires.
func Split(size int64) Parts {
	rounds := divideRoundingUp(size, connections*usualPartSize)
	count := min(connections*rounds, config.MaxParts)
	partSize := max(config.MinPartSize, divideRoundingUp(size, count*partSizeUnit)*partSizeUnit)
	return Parts{Size: partSize, Count: divideRoundingUp(size, partSize)}
}

// Length returns the length in bytes of one part, numbered 1 to Count, of a file of size bytes.
func (p Parts) Length(number, size int64) int64 {
	return min(p.Size, size-(number-1)*p.Size)
}

func divideRoundingUp(a, b int64) int64 { return (a + b - 1) / b }
