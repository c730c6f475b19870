package uploads

import (
	"cmp"

	"signpost/lambda/config"
)

// Multipart configures uploads in parts ("Uploading and copying objects using multipart upload in
// Amazon S3", Amazon S3 User Guide).
type Multipart struct {
	// Threshold is the size, in bytes, above which a file is sent in parts: 5 MiB, the smallest
	// part, to 5 GiB, the most that one PutObject takes ("Amazon S3 multipart upload limits",
	// Amazon S3 User Guide). When no kind has larger files, there is no route POST /uploads/parts.
	//
	// Default: [config.DefaultMultipartThreshold], 16 MiB.
	Threshold int64

	// Resumable lets a page ask S3 which parts it has, to resume an upload after a reload, and
	// abort an upload: the upload function's role gets s3:ListMultipartUploadParts and
	// s3:AbortMultipartUpload. Without it, a page resumes from what its browser remembers.
	//
	// Default: false. The bucket aborts unfinished uploads after a day.
	Resumable bool
}

func (m Multipart) withDefaults() Multipart {
	m.Threshold = cmp.Or(m.Threshold, config.DefaultMultipartThreshold)
	return m
}

func (m Multipart) check(found problems, props Props) {
	m = m.withDefaults()
	if m.Threshold < config.MinMultipartThreshold || m.Threshold > config.MaxMultipartThreshold {
		found.add("Threshold", "%d is out of range: give %d (5 MiB, the smallest part) to %d bytes (5 GiB, the most that one S3 PutObject takes)",
			m.Threshold, config.MinMultipartThreshold, config.MaxMultipartThreshold)
	}
	if m.Resumable && !props.sendsParts() {
		found.add("Resumable", "is on, but no file is sent in parts: the largest MaxSize, %d, is not above Multipart.Threshold %d; change one of the three", props.largestFile(), m.Threshold)
	}
}

// sendsParts reports whether some file is large enough to be sent in parts.
func (p Props) sendsParts() bool {
	return p.largestFile() > p.Multipart.withDefaults().Threshold
}
