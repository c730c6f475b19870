package scanner

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"signpost/internal/iam"
	"signpost/local/s3"
)

const (
	bucket  = "scanned-uploads"
	region  = "eu-west-1"
	objects = "arn:aws:s3:::" + bucket + "/"
)

// world is the local S3 with a client and scanners. A process can have only one S3.
type world struct {
	*testing.T
	client  *awss3.Client
	scanner *Scanner
	results chan Result
}

func start(t *testing.T) *world {
	client, scanner := s3.NewCredentials(), s3.NewCredentials()
	w := &world{T: t, results: make(chan Result, 10)}
	server, err := s3.Start(context.Background(), s3.Config{
		Dir: t.TempDir(), Region: region, Bucket: bucket, Versioned: true,
		Users: []s3.User{
			{ARN: "arn:aws:iam::111122223333:role/client", Credentials: client, Policies: []iam.Document{allow(t, "s3:*", objects+"*")}},
			{ARN: "arn:aws:iam::111122223333:role/scanner", Credentials: scanner, Policies: []iam.Document{
				allow(t, `s3:GetObjectVersion`, objects+"uploads/*", objects+"untaggable/*"),
				allow(t, `s3:GetObjectVersionTagging`, objects+"*"), allow(t, `s3:PutObjectVersionTagging`, objects+"uploads/*", objects+"unreadable/*"),
			}},
		},
		OnStored: func(e s3.StoredEvent) {
			if w.scanner != nil {
				w.scanner.Stored(e.Key, e.VersionID, e.Size)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close(context.Background()) })
	w.client = awss3.New(awss3.Options{
		BaseEndpoint: &server.URL, Region: region, UsePathStyle: true,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return client, nil }),
	})
	w.scanner = New(Config{
		URL: server.URL, Region: region, Bucket: bucket, Credentials: scanner, Tagging: true,
		Prefixes: []string{"uploads/", "unreadable/", "untaggable/"}, Report: func(r Result) { w.results <- r },
	})
	t.Cleanup(w.scanner.Close)
	return w
}

func allow(t *testing.T, action string, resources ...string) iam.Document {
	t.Helper()
	document, err := iam.ParseIdentity([]byte(fmt.Sprintf(
		`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": %q, "Resource": ["%s"]}}`, action, strings.Join(resources, `","`))))
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func (w *world) put(key, body, tags string) {
	w.Helper()
	in := &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: bytes.NewReader([]byte(body))}
	if tags != "" {
		in.Tagging = &tags
	}
	if _, err := w.client.PutObject(context.Background(), in); err != nil {
		w.Fatal(err)
	}
}

func (w *world) tags(key string) map[string]string {
	w.Helper()
	out, err := w.client.GetObjectTagging(context.Background(), &awss3.GetObjectTaggingInput{Bucket: aws.String(bucket), Key: &key})
	if err != nil {
		w.Fatal(err)
	}
	tags := map[string]string{}
	for _, tag := range out.TagSet {
		tags[*tag.Key] = *tag.Value
	}
	return tags
}

func TestScan(t *testing.T) {
	w := start(t)
	zip := func(flags string) string {
		return "PK\x03\x04\x14\x00" + flags + strings.Repeat("\x00", 40)
	}
	for name, c := range map[string]struct {
		key, body, tags string
		want            Status
		isTagged        bool
	}{
		"Clean":          {"uploads/clean", "hello", "", NoThreatsFound, true},
		"Empty":          {"uploads/empty", "", "", NoThreatsFound, true},
		"OddKey":         {"uploads/a b/ü+%2F&.png", "hello", "", NoThreatsFound, true},
		"Tagged":         {"uploads/tagged", "hello", "team=x", NoThreatsFound, true},
		"EICAR":          {"uploads/eicar", eicar, "", ThreatsFound, true},
		"EICARLines":     {"uploads/eicar lines", eicar + "\r\n\t \x1a", "", ThreatsFound, true},
		"EICARLong":      {"uploads/eicar long", eicar + strings.Repeat("\n", 61), "", NoThreatsFound, true},
		"EICARText":      {"uploads/eicar text", eicar + "x", "", NoThreatsFound, true},
		"EICARLater":     {"uploads/eicar later", "x" + eicar, "", NoThreatsFound, true},
		"ZIP":            {"uploads/zip", zip("\x00\x08"), "", NoThreatsFound, true},
		"ZIPPassword":    {"uploads/zip password", zip("\x01\x08"), "", Unsupported, true},
		"NoReadAccess":   {"unreadable/x", "hello", "", AccessDenied, true},
		"NoAccessToTags": {"untaggable/x", "hello", "", NoThreatsFound, false},
	} {
		t.Run(name, func(t *testing.T) {
			w.T = t
			w.put(c.key, c.body, c.tags)
			result := <-w.results
			if result.Key != c.key || result.VersionID == "" || result.Status != c.want || (result.TagError == nil) != c.isTagged {
				t.Errorf("got %+v, want %s", result, c.want)
			}
			want := map[string]string{}
			if c.isTagged {
				want[Tag] = string(c.want)
			}
			if c.tags != "" {
				want["team"] = "x"
			}
			if diff := cmp.Diff(want, w.tags(c.key)); diff != "" {
				t.Errorf("the tags (-want +got)\n%s", diff)
			}
		})
	}

	t.Run("TooLarge", func(t *testing.T) {
		w.scanner.Stored("uploads/large", "", maxSize+1)
		if result := <-w.results; result.Status != Unsupported {
			t.Errorf("got %+v", result)
		}
	})
	// Of these, only the last one is scanned.
	t.Run("NotScanned", func(t *testing.T) {
		w.T = t
		w.put("other/x", "hello", "")
		w.scanner.Stored("uploads/gone", "01M8DE7QGBC4BW98QZGMTGBBM7", 5) // deleted before its scan
		w.put("uploads/last", "hello", "")
		if result := <-w.results; result.Key != "uploads/last" {
			t.Errorf("got %+v", result)
		}
		if tags := w.tags("other/x"); len(tags) > 0 {
			t.Errorf("it has the tags %v", tags)
		}
	})
}
