package s3sign

import (
	"net/http"
	"net/url"
	"strconv"
)

// These are all the operations that a function signs, with the permission that each needs. The
// functions' roles grant these permissions and no others.
//
//	PutObject                s3:PutObject                  upload function
//	CreateMultipartUpload    s3:PutObject                  upload function
//	UploadPart               s3:PutObject                  upload function
//	CompleteMultipartUpload  s3:PutObject                  upload function
//	ListParts                s3:ListMultipartUploadParts   upload function, if uploads are resumable
//	AbortMultipartUpload     s3:AbortMultipartUpload       upload function, if uploads are resumable
//	GetObject                s3:GetObject                  download function
//	ListObjectsV2            s3:ListBucket                 list function
//	DeleteObject             s3:DeleteObject               delete function
//	GetObjectTagging         s3:GetObjectTagging           scan function
//
// ("Multipart upload API and permissions" and "Required permissions for Amazon S3 API operations",
// Amazon S3 User Guide)

// Operation is a request to S3 that can be signed.
type Operation struct {
	method  string
	key     string            // "" for a request to the bucket itself
	query   url.Values        // may be nil
	headers map[string]string // each is signed, as a header
	size    int64             // length of the body: signed as Content-Length if it is more than 0
}

// UnknownSize is the size of a file if the caller didn't give it. Its upload then has no signed
// length.
const UnknownSize = -1

// Object describes a file to store.
type Object struct {
	Filename    string
	ContentType string
	Size        int64             // in bytes, or UnknownSize
	SHA256      string            // in base64; "" if the caller gave none
	Metadata    map[string]string // by name in lower case, without x-amz-meta-
}

// PutObject stores a whole file. It never overwrites an object.
func PutObject(key string, o Object) Operation {
	headers := o.headers()
	headers["If-None-Match"] = "*"
	if checksum := signedChecksum(o.Size, o.SHA256); checksum != "" {
		headers["x-amz-checksum-sha256"] = checksum
	}
	return Operation{method: http.MethodPut, key: key, headers: headers, size: o.Size}
}

// CreateMultipartUpload begins an upload in parts. It stores nothing yet; CompleteMultipartUpload
// is what must not overwrite. If partChecksums is true, S3 requires a SHA-256 of each part.
func CreateMultipartUpload(key string, o Object, partChecksums bool) Operation {
	headers := o.headers()
	if partChecksums {
		headers["x-amz-checksum-algorithm"] = "SHA256"
	}
	return Operation{method: http.MethodPost, key: key, query: url.Values{"uploads": {""}}, headers: headers}
}

// headers returns what S3 stores with the file and requires of the upload.
func (o Object) headers() map[string]string {
	headers := map[string]string{
		"Content-Type":        o.ContentType,
		"Content-Disposition": ContentDisposition(Attachment, o.Filename),
	}
	for name, value := range o.Metadata {
		headers["x-amz-meta-"+name] = value
	}
	return headers
}

// MultipartUpload is an upload in parts that has begun.
type MultipartUpload struct {
	Key string
	ID  string // the UploadId that S3 answered with
}

func (u MultipartUpload) operation(method string) Operation {
	return Operation{method: method, key: u.Key, query: url.Values{"uploadId": {u.ID}}}
}

// UploadPart stores one part. Numbers begin at 1. The checksum is a SHA-256 in base64, or "".
func UploadPart(u MultipartUpload, number, size int64, sha256 string) Operation {
	o := u.operation(http.MethodPut)
	o.query.Set("partNumber", strconv.FormatInt(number, 10))
	o.size = size
	if sha256 != "" {
		o.headers = map[string]string{"x-amz-checksum-sha256": sha256}
	}
	return o
}

// CompleteMultipartUpload joins the parts. S3 refuses it if they don't add up to size, and it never
// overwrites an object ("CompleteMultipartUpload", Amazon S3 API Reference).
func CompleteMultipartUpload(u MultipartUpload, size int64) Operation {
	o := u.operation(http.MethodPost)
	o.headers = map[string]string{
		"Content-Type":         "application/xml",
		"If-None-Match":        "*",
		"x-amz-mp-object-size": strconv.FormatInt(size, 10),
	}
	return o
}

// ListParts lists the parts that were stored, as many as S3 lists at once: those whose numbers are
// greater than after.
func ListParts(u MultipartUpload, after int64) Operation {
	o := u.operation(http.MethodGet)
	o.query.Set("max-parts", "1000")
	if after > 0 {
		o.query.Set("part-number-marker", strconv.FormatInt(after, 10))
	}
	return o
}

// AbortMultipartUpload ends an upload and deletes its parts.
func AbortMultipartUpload(u MultipartUpload) Operation { return u.operation(http.MethodDelete) }

// Presentation is how a browser is to present an object. The zero value leaves its type and
// disposition as they were stored.
type Presentation struct {
	ContentType        string
	ContentDisposition string
}

// GetObject reads an object.
//
// It sets all six headers that a request can override ("GetObject", Amazon S3 API Reference), or
// leaves them to what was signed when the file was uploaded. Four of them need that, because
// whoever holds an upload's URL can add them: SigV4 allows headers that aren't signed, and S3
// stores these. What an empty value does isn't documented, so each has the most neutral value:
// "identity" means no encoding (RFC 9110, section 12.5.3; browsers then read the file as it is),
// "und" is an undetermined language (RFC 5646, section 4.1), and Expires is long past.
func GetObject(key string, p Presentation) Operation {
	query := url.Values{
		"response-cache-control":    {"private, no-store"},
		"response-content-encoding": {"identity"},
		"response-content-language": {"und"},
		"response-expires":          {"Thu, 01 Jan 1970 00:00:00 GMT"},
	}
	if p.ContentType != "" {
		query.Set("response-content-type", p.ContentType)
	}
	if p.ContentDisposition != "" {
		query.Set("response-content-disposition", p.ContentDisposition)
	}
	return Operation{method: http.MethodGet, key: key, query: query}
}

// ListObjectsV2 lists objects whose keys begin with the prefix and come after a key, if that isn't
// "", in the order of their keys ("ListObjectsV2", Amazon S3 API Reference). All of it is in the
// query, so S3 refuses another prefix, a delimiter or a longer page.
//
// Two of its parameters aren't used. A continuation token would have to be signed again for each
// page, as a key is, but says nothing of what it continues. encoding-type=url serves keys with
// characters that XML can't hold, and package key makes none.
func ListObjectsV2(prefix, after string, limit int64) Operation {
	query := url.Values{"list-type": {"2"}, "prefix": {prefix}, "max-keys": {strconv.FormatInt(limit, 10)}}
	if after != "" {
		query.Set("start-after", after)
	}
	return Operation{method: http.MethodGet, query: query}
}

// DeleteObject deletes an object. It names no version, so in a bucket with versioning it only adds
// a delete marker ("DeleteObject", Amazon S3 API Reference).
//
// It has no If-Match with the object's ETag: S3 then also requires s3:GetObject of whoever signs
// ("How to perform conditional deletes", Amazon S3 User Guide), and there is nothing for it to
// catch, since an object is never overwritten.
func DeleteObject(key string) Operation { return Operation{method: http.MethodDelete, key: key} }

// GetObjectTagging reads the tags of an object, among them what the malware scan found
// ("GetObjectTagging", Amazon S3 API Reference).
func GetObjectTagging(key string) Operation {
	return Operation{method: http.MethodGet, key: key, query: url.Values{"tagging": {""}}}
}
