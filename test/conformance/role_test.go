package conformance_test

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// A signature refuses what wasn't signed. These tests are about what is signed by mistake or by an
// intruder: they sign with the credentials of a function's own role, which the local run keeps in
// its data folder.

// roleCredentials are those of the function with this handler.
func roleCredentials(t *testing.T, r *localRun, handler string) aws.Credentials {
	t.Helper()
	localOnly(t, "it signs with a role's credentials")
	read := func(path string, into any) {
		raw, err := os.ReadFile(filepath.Join(r.dir, path))
		if err == nil {
			err = json.Unmarshal(raw, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var template struct {
		Resources map[string]struct {
			Type       string
			Properties struct{ Handler any }
		}
	}
	templates, err := filepath.Glob(filepath.Join(r.dir, "cdk.out", "*.template.json"))
	if err != nil || len(templates) != 1 {
		t.Fatalf("the templates are %q, %v", templates, err)
	}
	read(filepath.Join("cdk.out", filepath.Base(templates[0])), &template)
	var state struct{ Credentials map[string]aws.Credentials }
	read("state.json", &state)
	for id, resource := range template.Resources {
		if resource.Type == "AWS::Lambda::Function" && resource.Properties.Handler == handler {
			return state.Credentials[id]
		}
	}
	t.Fatalf("the template has no function %q", handler)
	return aws.Credentials{}
}

// asRole is a request to the run's bucket, or to a key in it, signed with these credentials.
func asRole(t *testing.T, r *localRun, role aws.Credentials, method, key, query, body string) *http.Request {
	t.Helper()
	parameters, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	parameters.Set("X-Amz-Expires", "60")
	request, err := http.NewRequest(method, r.bucketURL()+"/"+key+"?"+parameters.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	setBody(body)(request)
	switch method {
	case http.MethodPut:
		request.Header.Set("If-None-Match", "*") // the bucket refuses any other upload
	case http.MethodPost: // DeleteObjects needs a checksum
		sum := md5.Sum([]byte(body))
		request.Header.Set("Content-MD5", base64.StdEncoding.EncodeToString(sum[:]))
	}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping, o.DisableHeaderHoisting = true, true })
	signed, _, err := signer.PresignHTTP(context.Background(), role, request, "UNSIGNED-PAYLOAD", "s3", r.Region, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if request.URL, err = url.Parse(signed); err != nil {
		t.Fatal("the URL does not parse")
	}
	return request
}

// roleCase is a request that is correctly signed by a role.
type roleCase struct {
	method, key, query, body string
	status                   int // 0 stands for 403 AccessDenied
}

// checkRole sends requests signed by a role, one after the other.
func checkRole(t *testing.T, r *localRun, handler string, cases map[string]roleCase) {
	t.Helper()
	role := roleCredentials(t, r, handler)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			a := s3(t, asRole(t, r, role, c.method, c.key, c.query, c.body))
			if c.status == 0 {
				checkRefusal(t, a, forgery{code: "AccessDenied"})
			} else if a.status != c.status {
				t.Errorf("S3 answered %d %s, want %d", a.status, s3Code(a), c.status)
			}
		})
	}
}

// elsewhere are requests that none of the roles for stored files may make, whatever its own one is.
func elsewhere(key string) map[string]roleCase {
	return map[string]roleCase{
		"ErrPUT":           {method: "PUT", key: key + "x", body: "hello"},
		"ErrCreate":        {method: "POST", key: key + "x", query: "uploads"},
		"ErrPUTTags":       {method: "PUT", key: key, query: "tagging", body: "<Tagging><TagSet><Tag><Key>GuardDutyMalwareScanStatus</Key><Value>NO_THREATS_FOUND</Value></Tag></TagSet></Tagging>"},
		"ErrDELETETags":    {method: "DELETE", key: key, query: "tagging"},
		"ErrGETACL":        {method: "GET", key: key, query: "acl"},
		"ErrGETVersion":    {method: "GET", key: key, query: "versionId=null"},
		"ErrDELETEVersion": {method: "DELETE", key: key, query: "versionId=null"},
		"ErrAttributes":    {method: "GET", key: key, query: "attributes"},
		"ErrListAll":       {method: "GET", query: "list-type=2"},
		"ErrListVersions":  {method: "GET", query: "versions&prefix=uploads/"},
		"ErrListUploads":   {method: "GET", query: "uploads&prefix=uploads/"},
		"ErrGetPolicy":     {method: "GET", query: "policy"},
		"ErrGetVersioning": {method: "GET", query: "versioning"},
		"ErrDeletePolicy":  {method: "DELETE", query: "policy"},
		"ErrDeleteBucket":  {method: "DELETE"},
		"ErrPUTVersioning": {method: "PUT", query: "versioning", body: "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"},
		"ErrSelect":        {method: "POST", key: key, query: "select&select-type=2"},
	}
}

// checkBatchDeletion has a role delete objects by DeleteObjects, which answers 200 and says of each
// object whether it was deleted ("DeleteObjects", Amazon S3 API Reference). The answer must refuse
// each: pgsty/silo#59 and floci-io/floci#3232 took s3:DeleteObject for enough to delete a version,
// and in versity/versitygw#2342 one refusal let the next object through.
func checkBatchDeletion(t *testing.T, r *localRun, handler string, objects ...string) {
	t.Helper()
	body := "<Delete><Object>" + strings.Join(objects, "</Object><Object>") + "</Object></Delete>"
	a := s3(t, asRole(t, r, roleCredentials(t, r, handler), "POST", "", "delete", body))
	var result struct {
		XMLName xml.Name                `xml:"DeleteResult"`
		Deleted []struct{ Key string }  `xml:"Deleted"`
		Errors  []struct{ Code string } `xml:"Error"`
	}
	if err := xml.Unmarshal(a.body, &result); a.status != 200 || err != nil {
		t.Fatalf("S3 answered %d %s: %v", a.status, s3Code(a), err)
	}
	for _, e := range result.Errors {
		if e.Code != "AccessDenied" {
			t.Errorf("an object was refused with %s", e.Code)
		}
	}
	if len(result.Deleted) > 0 || len(result.Errors) != len(objects) {
		t.Errorf("deleted are %q, refused %d of %d", result.Deleted, len(result.Errors), len(objects))
	}
}
