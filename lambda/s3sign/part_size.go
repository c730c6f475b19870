package presign

// AWS, "Amazon S3 multipart upload limits".
const (
	maxPutSize    = 5 << 30 // of a single PutObject, and of one part
	minPartSize   = 5 << 20 // of every part but the last
	maxParts      = 10_000
	maxObjectSize = maxParts * maxPutSize // 53,687,091,200,000 bytes, 48.8 TiB
)

// usualPartSize is small enough to be sent again without regret, and large
// enough that a gigabyte is 64 requests.
const usualPartSize = 16 << 20

// multipart says how a file is cut: into PartCount parts, all of PartSize
// bytes but the last, which has what remains.
type multipart struct {
	PartSize  int64 `json:"partSize"` // bytes
	PartCount int64 `json:"partCount"`
}

// cut decides how a file of size bytes, at least 1, is cut. It looks at
// nothing else, so whoever knows the size knows the parts: 16 MiB each, or, for
// a file of more than 156.25 GiB, the fewest whole MiB that make at most 10,000.
func cut(size int64) multipart {
	const mib = 1 << 20
	partSize := max(usualPartSize, divideUp(size, maxParts*mib)*mib)
	return multipart{PartSize: partSize, PartCount: divideUp(size, partSize)}
}

// length is how many bytes part number, from 1 to PartCount, has of a file of
// size bytes.
func (m multipart) length(number, size int64) int64 {
	return min(m.PartSize, size-(number-1)*m.PartSize)
}

func divideUp(a, b int64) int64 { return (a + b - 1) / b }
