// Package scanner stands in for GuardDuty's Malware Protection for S3 on this machine. It knows one
// file as malware: EICAR's test file.
//
//	s := scanner.New(scanner.Config{URL: server.URL, Bucket: name, Credentials: credentials, Tagging: true, Report: print})
//	s.Stored(key, versionID, size)   // after an upload; returns at once
//	s.Close()
//
// Like GuardDuty it scans new uploads only, a moment after they are stored, acts with the role of
// the protection plan, and writes its result into a tag ("How does Malware Protection for S3 work?",
// Amazon GuardDuty User Guide). Unlike GuardDuty it forgets the scans that it has not begun when the
// run ends, and looks into no archive.
package scanner

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Config says what to scan, and as whom.
type Config struct {
	URL, Region, Bucket string
	Prefixes            []string // of the keys to scan; none means every key
	Credentials         aws.Credentials
	Tagging             bool          // whether to write the result into a tag
	Delay               time.Duration // from the upload to the scan
	Report              func(Result)
}

// Status is the result of a scan ("S3 object potential scan status and result status", Amazon
// GuardDuty User Guide).
type Status string

// The results. Unsupported is for what GuardDuty doesn't scan, AccessDenied for what its role may
// not read.
const (
	NoThreatsFound Status = "NO_THREATS_FOUND"
	ThreatsFound   Status = "THREATS_FOUND"
	Unsupported    Status = "UNSUPPORTED"
	AccessDenied   Status = "ACCESS_DENIED"
	Failed         Status = "FAILED"
)

// Tag is the key of the tag that has the result.
const Tag = "GuardDutyMalwareScanStatus"

// Result is a finished scan.
type Result struct {
	Key, VersionID string
	Status         Status
	TagError       error // the result could not be written into the tag
}

// Scanner scans uploads.
type Scanner struct {
	Config
	client *s3.Client
	ctx    context.Context
	stop   func()
	scans  sync.WaitGroup
	slots  chan struct{} // one for each scan at the same time
}

// New starts a scanner.
func New(cfg Config) *Scanner {
	s := &Scanner{Config: cfg, slots: make(chan struct{}, 4)}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.client = s3.New(s3.Options{
		BaseEndpoint: &cfg.URL, Region: cfg.Region, UsePathStyle: true,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return cfg.Credentials, nil }),
	})
	return s
}

// Close ends the scanner. It forgets the scans that have not begun.
func (s *Scanner) Close() {
	s.stop()
	s.scans.Wait()
}

// Stored scans a new version of an object, later.
func (s *Scanner) Stored(key, versionID string, size int64) {
	isBelow := func(prefix string) bool { return strings.HasPrefix(key, prefix) }
	if len(s.Prefixes) > 0 && !slices.ContainsFunc(s.Prefixes, isBelow) {
		return
	}
	s.scans.Go(func() {
		select {
		case <-time.After(s.Delay):
		case <-s.ctx.Done():
			return
		}
		select {
		case s.slots <- struct{}{}:
			defer func() { <-s.slots }()
		case <-s.ctx.Done():
			return
		}
		s.scan(key, versionID, size)
	})
}

func (s *Scanner) scan(key, versionID string, size int64) {
	status, err := s.inspect(key, versionID, size)
	switch {
	case s.ctx.Err() != nil || isAnswer(err, http.StatusNotFound): // the version is gone
		return
	case isAnswer(err, http.StatusForbidden):
		status = AccessDenied
	case err != nil:
		status = Failed
	}
	result := Result{Key: key, VersionID: versionID, Status: status}
	if s.Tagging {
		result.TagError = s.tag(key, versionID, status)
	}
	s.Report(result)
}

// maxSize is the size of the largest object that GuardDuty scans ("Quotas in Malware Protection for
// S3", Amazon GuardDuty User Guide).
const maxSize = 100 << 30

// inspect looks at the beginning of the object.
func (s *Scanner) inspect(key, versionID string, size int64) (Status, error) {
	if size > maxSize {
		return Unsupported, nil
	}
	in := &s3.GetObjectInput{Bucket: &s.Bucket, Key: &key, VersionId: optional(versionID)}
	if size > 0 {
		in.Range = aws.String(fmt.Sprintf("bytes=0-%d", eicarMaxSize-1))
	}
	object, err := s.client.GetObject(s.ctx, in)
	if err != nil {
		return Failed, err
	}
	defer object.Body.Close()
	head, err := io.ReadAll(io.LimitReader(object.Body, eicarMaxSize))
	switch {
	case err != nil:
		return Failed, err
	case isEICAR(head, size):
		return ThreatsFound, nil
	case isEncryptedZIP(head):
		return Unsupported, nil
	}
	return NoThreatsFound, nil
}

// EICAR's test file begins with these 68 characters. Whitespace may follow, up to 128 characters in
// all ("Anti-Malware Testfile", eicar.org).
const (
	eicar        = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-` + `ANTIVIRUS-TEST-FILE!$H+H*`
	eicarMaxSize = 128
)

func isEICAR(head []byte, size int64) bool {
	rest, found := bytes.CutPrefix(head, []byte(eicar))
	return found && size <= eicarMaxSize && len(bytes.Trim(rest, " \t\n\r\x1a")) == 0
}

// isEncryptedZIP reports whether the first file of a ZIP archive has a password ("general purpose
// bit flag", .ZIP File Format Specification). GuardDuty skips such archives.
func isEncryptedZIP(head []byte) bool {
	return len(head) >= 8 && bytes.HasPrefix(head, []byte("PK\x03\x04")) && binary.LittleEndian.Uint16(head[6:])&1 == 1
}

// tag adds the result to the version's tags.
func (s *Scanner) tag(key, versionID string, status Status) error {
	old, err := s.client.GetObjectTagging(s.ctx, &s3.GetObjectTaggingInput{Bucket: &s.Bucket, Key: &key, VersionId: optional(versionID)})
	if err != nil {
		return err
	}
	tags := slices.DeleteFunc(old.TagSet, func(tag types.Tag) bool { return aws.ToString(tag.Key) == Tag })
	tags = append(tags, types.Tag{Key: aws.String(Tag), Value: aws.String(string(status))})
	_, err = s.client.PutObjectTagging(s.ctx, &s3.PutObjectTaggingInput{
		Bucket: &s.Bucket, Key: &key, VersionId: optional(versionID), Tagging: &types.Tagging{TagSet: tags},
	})
	return err
}

func isAnswer(err error, status int) bool {
	var answer *awshttp.ResponseError
	return errors.As(err, &answer) && answer.HTTPStatusCode() == status
}

func optional(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}
