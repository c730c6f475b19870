package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"signpost/internal/iam"
)

const (
	testBucket = "signpost-test-uploads"
	testRegion = "eu-west-1"
	testOrigin = "http://127.0.0.1:8080"
)

// A process can have only one server, so the tests share it.
var (
	server       *Server
	uploader     = NewCredentials()
	reader       = NewCredentials() // may read, but not list
	lister       = NewCredentials() // may read and list
	folderLister = NewCredentials() // may read, and list uploads/alice/
	deleter      = NewCredentials() // may delete
	operator     = NewCredentials() // may do everything
	scanner      = NewCredentials() // tags the objects under uploads/scanned/
	expired      = expiredCredentials()
	dataDir      string
)

func TestMain(m *testing.M) {
	if served := os.Getenv(serveVariable); served != "" {
		serveForParent(served)
		return
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "signpost-s3-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	dataDir = filepath.Join(dir, "data", testBucket)
	server, err = Start(context.Background(), testConfig(dir, 0, uploader))
	if err != nil {
		panic(err)
	}
	code := m.Run()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := server.Close(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "the server didn't stop within 2 s:", err)
		return 1
	}
	return code
}

func testConfig(dir string, port int, uploader aws.Credentials) Config {
	policy, err := iam.ParseResource([]byte(`{"Version": "2012-10-17", "Statement": [
		{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "` + testObjects + `", "Condition": {
			"StringEquals": {"s3:authType": "REST-QUERY-STRING"}, "NumericGreaterThan": {"s3:signatureAge": "600000"}}},
		{"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "` + testObjects + `", "Condition": {
			"StringEquals": {"s3:authType": "POST"}}},
		{"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "` + testObjects + `", "Condition": {
			"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"},
			"ArnNotEquals": {"aws:PrincipalArn": "` + role("operator") + `"}}},
		{"Effect": "Deny", "Principal": "*", "Action": ["s3:GetObject", "s3:GetObjectVersion"],
			"Resource": "arn:aws:s3:::` + testBucket + `/uploads/scanned/*", "Condition": {
			"StringNotEquals": {"s3:ExistingObjectTag/ScanStatus": "CLEAN"}, "ArnNotEquals": {"aws:PrincipalArn": "` + role("scanner") + `"}}},
		{"Effect": "Deny", "Principal": "*", "Action": ["s3:GetObjectVersionForReplication", "s3:ReplicateTags"], "Resource": "` + testObjects + `"},
		{"Effect": "Deny", "Principal": "*", "Action": ["s3:PutObjectTagging", "s3:PutObjectVersionTagging"],
			"Resource": "` + testObjects + `", "Condition": {
			"ForAnyValue:StringEqualsIgnoreCase": {"s3:RequestObjectTagKeys": "ScanStatus"}, "ArnNotEquals": {"aws:PrincipalArn": "` + role("scanner") + `"}}}]}`))
	if err != nil {
		panic(err)
	}
	return Config{
		Dir: dir, Port: port, Region: testRegion, Bucket: testBucket, Log: func(Request) {},
		CORS: []CORSRule{{
			AllowedOrigins: []string{testOrigin}, AllowedMethods: []string{"PUT"},
			AllowedHeaders: []string{"content-type", "if-none-match"}, ExposedHeaders: []string{"ETag"},
		}},
		Policy: policy,
		Users: []User{
			{role("uploader"), uploader, []iam.Document{allow("s3:PutObject", "/uploads/*")}},
			{role("expired"), expired, []iam.Document{allow("s3:PutObject", "/uploads/*")}},
			{role("reader"), reader, []iam.Document{allow("s3:GetObject", "/uploads/*"), allow("s3:GetObjectTagging", "/uploads/*")}},
			{role("lister"), lister, []iam.Document{allow("s3:GetObject", "/uploads/*"), allow("s3:GetObjectTagging", "/uploads/*"), allow("s3:ListBucket", "")}},
			{role("folder-lister"), folderLister, []iam.Document{allow("s3:GetObject", "/uploads/*"), allow("s3:GetObjectTagging", "/uploads/*"), listFolder}},
			{role("deleter"), deleter, []iam.Document{allow("s3:DeleteObject", "/uploads/*")}},
			{role("operator"), operator, []iam.Document{allow("s3:*", ""), allow("s3:*", "/*")}},
			{role("scanner"), scanner, []iam.Document{allow("s3:*", "/*")}},
		},
		Versioned: true,
		OnStored:  func(e StoredEvent) { recorded.add(e) },
		OnDeleted: func(e DeletedEvent) { recorded.add(e) },
		OnTagged:  func(e TaggedEvent) { recorded.add(e) },
	}
}

func role(name string) string { return "arn:aws:iam::111122223333:role/" + name }

// listFolder allows to list one user's folder.
var listFolder = identity(`{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::` + testBucket + `",
	"Condition": {"StringLike": {"s3:prefix": "uploads/alice/*"}}}`)

const testObjects = "arn:aws:s3:::" + testBucket + "/*"

func allow(action, resource string) iam.Document {
	return identity(fmt.Sprintf(`{"Effect": "Allow", "Action": %q, "Resource": "arn:aws:s3:::%s%s"}`, action, testBucket, resource))
}

// identity returns an identity policy with the statement.
func identity(statement string) iam.Document {
	document, err := iam.ParseIdentity([]byte(`{"Version": "2012-10-17", "Statement": ` + statement + `}`))
	if err != nil {
		panic(err)
	}
	return document
}

func expiredCredentials() aws.Credentials {
	c := NewCredentials()
	c.CanExpire, c.Expires = true, time.Now().Add(-time.Second)
	return c
}

func TestPut(t *testing.T) {
	body := []byte("hello")
	sum := sha256.Sum256(body)
	other := sha256.Sum256([]byte("other"))
	checksum := func(sum [32]byte) map[string]string {
		return map[string]string{"If-None-Match": "*", "X-Amz-Checksum-Sha256": base64.StdEncoding.EncodeToString(sum[:])}
	}
	stranger := NewCredentials()
	wrongToken := uploader
	wrongToken.SessionToken = "another"
	noToken := uploader
	noToken.SessionToken = ""
	for name, c := range map[string]struct {
		signed
		status int
		code   string
	}{
		"OK":                 {signed{header: once}, 200, ""},
		"OKChecksum":         {signed{header: checksum(sum)}, 200, ""},
		"ErrChecksum":        {signed{header: checksum(other)}, 400, "BadDigest"},
		"ErrNoIfNoneMatch":   {signed{}, 403, "AccessDenied"},
		"ErrOutsidePrefix":   {signed{key: "elsewhere/x", header: once}, 403, "AccessDenied"},
		"ErrPrefixLookAlike": {signed{key: "uploads2/x", header: once}, 403, "AccessDenied"},
		"ErrExpired":         {signed{header: once, at: time.Now().Add(-2 * time.Minute), expires: time.Minute}, 403, "AccessDenied"},
		"ErrSignatureTooOld": {signed{header: once, at: time.Now().Add(-11 * time.Minute), expires: time.Hour}, 403, "AccessDenied"},
		"OKSignatureYoung":   {signed{header: once, at: time.Now().Add(-9 * time.Minute), expires: time.Hour}, 200, ""},
		"ErrFromTheFuture":   {signed{header: once, at: time.Now().Add(20 * time.Minute)}, 403, "AccessDenied"},
		"ErrUnknownKey":      {signed{header: once, creds: stranger}, 403, "InvalidAccessKeyId"},
		"ErrWrongToken":      {signed{header: once, creds: wrongToken}, 400, "InvalidToken"},
		"ErrExpiredToken":    {signed{header: once, creds: expired}, 400, "ExpiredToken"},
		"ErrNoToken":         {signed{header: once, creds: noToken}, 400, "InvalidToken"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.key == "" {
				c.key = "uploads/put/" + name
			}
			status, code := c.send(t, body)
			wantAnswer(t, status, code, c.status, c.code)
			if stored(c.key) != (c.status == 200) {
				t.Errorf("stored: %v after status %d", stored(c.key), status)
			}
		})
	}
}

func TestPutTwiceIsRefused(t *testing.T) {
	s := signed{key: "uploads/twice", header: once}
	if status, code := s.send(t, []byte("first")); status != 200 {
		t.Fatal(status, code)
	}
	status, code := s.send(t, []byte("other"))
	wantAnswer(t, status, code, 412, "PreconditionFailed")
	if got, _ := os.ReadFile(filepath.Join(dataDir, "uploads/twice")); string(got) != "first" {
		t.Errorf("the object is now %q", got)
	}
}

// S3 refuses what the role's policies don't allow.
func TestOnlyPutObjectIsAllowed(t *testing.T) {
	if status, code := (signed{key: "uploads/granted", header: once}).send(t, []byte("x")); status != 200 {
		t.Fatal(status, code)
	}
	for name, s := range map[string]signed{
		"Get":             {method: http.MethodGet, key: "uploads/granted"},
		"Delete":          {method: http.MethodDelete, key: "uploads/granted"},
		"List":            {method: http.MethodGet, query: url.Values{"list-type": {"2"}}},
		"AbortMultipart":  {method: http.MethodDelete, key: "uploads/granted", query: url.Values{"uploadId": {"x"}}},
		"ListParts":       {method: http.MethodGet, key: "uploads/granted", query: url.Values{"uploadId": {"x"}}},
		"PutBucketPolicy": {query: url.Values{"policy": {""}}},
	} {
		t.Run(name, func(t *testing.T) {
			status, code := s.send(t, nil)
			wantAnswer(t, status, code, 403, "AccessDenied")
		})
	}
	if !stored("uploads/granted") {
		t.Error("the object is gone")
	}
}

// A truncated body must not be stored, as versitygw 1.8.0 does.
func TestTruncatedPut(t *testing.T) {
	for name, header := range map[string]map[string]string{
		"Plain":    once,
		"Checksum": {"If-None-Match": "*", "X-Amz-Checksum-Sha256": base64.StdEncoding.EncodeToString(make([]byte, 32))},
	} {
		t.Run(name, func(t *testing.T) {
			key := "uploads/truncated/" + name
			answer, _ := sendRaw(t, signed{key: key, header: header, length: 1 << 20}, 1<<19)
			if bytes.HasPrefix(answer, []byte("HTTP/1.1 2")) {
				t.Errorf("answered %.30q", answer)
			}
			if stored(key) {
				t.Error("a truncated object was stored")
			}
		})
	}
}

// A client that is refused while it sends a large body must be able to read the answer. Like a
// browser, this one sends the whole body before it reads.
func TestRefusedLargeBody(t *testing.T) {
	answer, err := sendRaw(t, signed{key: "uploads/large", length: 64 << 20}, 64<<20)
	if err != nil {
		t.Fatal("the connection was reset:", err)
	}
	if !bytes.HasPrefix(answer, []byte("HTTP/1.1 403")) || !bytes.Contains(answer, []byte("<Code>AccessDenied</Code>")) {
		t.Errorf("answered %.200q", answer)
	}
}

// sendRaw signs a PUT, sends some bytes of its body and closes its side of the connection.
func sendRaw(t *testing.T, s signed, bodyBytes int) (answer []byte, err error) {
	t.Helper()
	target, header := s.sign(t)
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	header.Set("Content-Length", fmt.Sprint(s.length))
	fmt.Fprintf(conn, "PUT %s HTTP/1.1\r\nHost: %s\r\n", u.RequestURI(), u.Host)
	if err := header.Write(conn); err != nil {
		t.Fatal(err)
	}
	io.WriteString(conn, "\r\n")
	for chunk := make([]byte, 1<<19); bodyBytes > 0; bodyBytes -= len(chunk) {
		if _, err := conn.Write(chunk); err != nil {
			return nil, err
		}
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		return nil, err
	}
	return io.ReadAll(conn)
}

// versitygw 1.8.0 follows an uploadId that is a path to other uploads, or out of the bucket.
func TestUploadIDIsPath(t *testing.T) {
	for name, id := range map[string]string{
		"Parent": "..", "Here": ".", "Up": "../other/id", "Absolute": "/tmp", "Backslash": `..\other`, "Inside": "a/b",
	} {
		t.Run(name, func(t *testing.T) {
			s := signed{key: "uploads/path", query: url.Values{"uploadId": {id}, "partNumber": {"1"}}}
			status, code := s.send(t, []byte("x"))
			wantAnswer(t, status, code, 404, "NoSuchUpload")
		})
	}
}

func TestCORS(t *testing.T) {
	for name, c := range map[string]struct {
		origin, method, headers string
		allowed                 bool
	}{
		"OK":        {testOrigin, "PUT", "content-type,if-none-match", true},
		"ErrOrigin": {"http://evil.example", "PUT", "content-type", false},
		"ErrMethod": {testOrigin, "DELETE", "content-type", false},
		"ErrHeader": {testOrigin, "PUT", "x-amz-acl", false},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := http.NewRequest(http.MethodOptions, server.URL+"/"+testBucket+"/uploads/x", nil)
			r.Header.Set("Origin", c.origin)
			r.Header.Set("Access-Control-Request-Method", c.method)
			r.Header.Set("Access-Control-Request-Headers", c.headers)
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if got := response.Header.Get("Access-Control-Allow-Origin") == c.origin; got != c.allowed {
				t.Errorf("status %d, allowed %v, want %v", response.StatusCode, got, c.allowed)
			}
		})
	}
}
