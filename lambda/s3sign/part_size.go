package s3sign

import "signpost/lambda/config"

// usualPartSize is small enough to send again after a failure, and large enough that a gigabyte
// takes only 64 requests.
const usualPartSize = 16 << 20

// Parts is how a file is split: into Count parts of Size bytes each, the last of which has the
// remaining bytes.
type Parts struct {
	Size  int64 `json:"partSize"`
	Count int64 `json:"partCount"`
}

// Split decides how a file is split. The size is in bytes, at least 1; nothing else matters, so
// that every later request comes to the same parts. They have 16 MiB each, or, for a file of more
// than 156.25 GiB, the fewest whole MiB that make at most 10,000 parts.
func Split(size int64) Parts {
	const mib = 1 << 20
	partSize := max(usualPartSize, divideRoundingUp(size, config.MaxParts*mib)*mib)
	return Parts{Size: partSize, Count: divideRoundingUp(size, partSize)}
}

// Length returns the length in bytes of one part, numbered 1 to Count, of a file of size bytes.
func (p Parts) Length(number, size int64) int64 {
	return min(p.Size, size-(number-1)*p.Size)
}

func divideRoundingUp(a, b int64) int64 { return (a + b - 1) / b }
