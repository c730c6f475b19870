package conformance_test

import (
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// scanRun is a run of stage local-scan: the target has no malware scan.
type scanRun struct {
	*localRun
	first, second user
}

func startScanRun(t *testing.T) scanRun {
	t.Helper()
	r := scanRun{localRun: runStage(t, "local-scan")}
	var err error
	if r.first, r.second, err = signInBoth(r.stack); err != nil {
		t.Fatal(err)
	}
	return r
}

// as sends a request to this run as a user.
func (r scanRun) as(u user) edit {
	return allOf(asUser(u), func(request *http.Request) {
		moved, err := url.Parse(strings.Replace(request.URL.String(), target.ApiUrl, r.ApiUrl, 1))
		if err != nil {
			panic(err) // both begin with a URL that is valid
		}
		request.URL, request.Host = moved, moved.Host
	})
}

// put stores a file of a user's with this content.
func (r scanRun) put(t *testing.T, u user, content string, changed fields) plan {
	t.Helper()
	planning := fields{"size": len(content)}
	maps.Copy(planning, changed)
	p := planned(t, uploads(t, planning, r.as(u)), 201)
	if a := s3(t, p.request(t, content)); a.status != 200 {
		t.Fatalf("S3 refused the upload: %d %s", a.status, s3Code(a))
	}
	return p
}

// signScan has the reading of a file's tags signed, and checks that this is all that is signed.
func (r scanRun) signScan(t *testing.T, u user, key string) plan {
	t.Helper()
	p := planned(t, postFields(t, "scans", fields{"key": key}, r.as(u)), 200)
	signed, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal("the URL does not parse")
	}
	query := signed.Query()
	checkLifetime(t, p, query)
	maps.DeleteFunc(query, func(name string, _ []string) bool { return strings.HasPrefix(name, "X-Amz-") })
	bare, _, _ := strings.Cut(p.URL, "?")
	if p.Method != "GET" || bare != r.bucketURL()+"/"+key || query.Encode() != "tagging=" || len(p.Headers) != 0 {
		t.Errorf("the request is %s %s, with the query %q and the headers %q", p.Method, bare, query, p.Headers)
	}
	return p
}

// pending is what a file's tags say before its scan.
const pending = "pending"

// readScan sends a signed reading of tags, and returns what the scan found so far.
func (r scanRun) readScan(t *testing.T, p plan) string {
	t.Helper()
	a := s3(t, p.request(t, ""))
	var tagging struct {
		XMLName xml.Name                      `xml:"Tagging"`
		Tags    []struct{ Key, Value string } `xml:"TagSet>Tag"`
	}
	if err := xml.Unmarshal(a.body, &tagging); a.status != 200 || err != nil {
		t.Fatalf("S3 did not give the tags: %d %s %v", a.status, s3Code(a), err)
	}
	checkHeader(t, a, "Access-Control-Allow-Origin", target.origin())
	for _, tag := range tagging.Tags {
		if tag.Key == "GuardDutyMalwareScanStatus" {
			return tag.Value
		}
	}
	return pending
}

// signDownload has a download signed.
func (r scanRun) signDownload(t *testing.T, u user, key string) plan {
	t.Helper()
	return planned(t, downloads(t, fields{"key": key}, r.as(u)), 200)
}

// eicar is EICAR's test file, in two pieces so that this source isn't taken for one.
const eicar = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-` + `ANTIVIRUS-TEST-FILE!$H+H*`

// TestScans follows files through their scan: until it has found one clean, S3 refuses to read it,
// whatever is signed.
func TestScans(t *testing.T) {
	t.Parallel()
	r := startScanRun(t)
	for name, c := range map[string]struct {
		content, verdict string
		planned          fields
	}{
		"OKClean":        {"hello", "NO_THREATS_FOUND", nil},
		"OKCleanAvatar":  {"hello", "NO_THREATS_FOUND", fields{"kind": "avatar"}},
		"ErrThreat":      {eicar, "THREATS_FOUND", nil},
		"ErrThreatKind":  {eicar, "THREATS_FOUND", fields{"kind": "avatar"}},
		"ErrUnsupported": {"PK\x03\x04\x14\x00\x01\x00secret", "UNSUPPORTED", fields{"contentType": "application/zip", "filename": "a.zip"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, scan, download := r.putUnscanned(t, c.content, c.planned)
			found := pending
			for deadline := time.Now().Add(30 * time.Second); found == pending && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
				found = r.readScan(t, scan) // the same URL, until there is a verdict
			}
			if found != c.verdict {
				t.Fatalf("the scan says %s, want %s", found, c.verdict)
			}
			for _, p := range []plan{download, r.signDownload(t, r.first, key)} { // signed before and after
				a := s3(t, p.request(t, ""))
				if c.verdict != "NO_THREATS_FOUND" {
					checkRefusal(t, a, forgery{code: "AccessDenied"})
				} else if a.status != 200 || string(a.body) != c.content {
					t.Errorf("the clean file got %d %s", a.status, s3Code(a))
				}
			}
			refused(t, postFields(t, "scans", fields{"key": key}, r.as(r.second)), "Forbidden", "key")
		})
	}
	t.Run("ErrNeverStored", func(t *testing.T) {
		t.Parallel()
		key := planned(t, uploads(t, nil, r.as(r.first)), 201).Key
		checkRefusal(t, s3(t, r.signScan(t, r.first, key).request(t, "")), forgery{code: "AccessDenied"})
	})
	t.Run("ErrDeleted", func(t *testing.T) {
		t.Parallel()
		p := r.put(t, r.first, "hello", nil)
		scan := r.signScan(t, r.first, p.Key)
		r.readScan(t, scan)
		r.remove(t, p.Key)
		checkRefusal(t, s3(t, scan.request(t, "")), forgery{code: "AccessDenied"})
	})
	t.Run("Refusals", func(t *testing.T) { checkScanRefusals(t, r) })
	t.Run("Forged", func(t *testing.T) { checkForgedScan(t, r) })
	t.Run("OKLimits", func(t *testing.T) {
		t.Parallel()
		want := features{Resumable: true, Downloads: true, Listings: true, Deletions: true, Scans: true}
		if got := featuresIn(t, api(t, "GET", "limits", r.as(r.first))); got != want {
			t.Errorf("the features are %+v", got)
		}
	})
}

// putUnscanned stores a file, and reads its tags before its scan, which here begins a second after
// the upload. If this machine was too slow for that, it tries again with another file.
func (r scanRun) putUnscanned(t *testing.T, content string, changed fields) (key string, scan, download plan) {
	t.Helper()
	for range 20 {
		p := r.put(t, r.first, content, changed)
		scan, download = r.signScan(t, r.first, p.Key), r.signDownload(t, r.first, p.Key)
		a := s3(t, download.request(t, ""))
		if r.readScan(t, scan) == pending { // so it was pending before, too
			checkRefusal(t, a, forgery{code: "AccessDenied"})
			return p.Key, scan, download
		}
	}
	t.Fatal("no file was found before its scan")
	return "", plan{}, plan{}
}

// remove deletes a file of the first user's.
func (r scanRun) remove(t *testing.T, key string) {
	t.Helper()
	var signed deletions
	decode(t, postFields(t, "deletions", fields{"keys": []string{key}}, r.as(r.first)), &signed)
	if a := s3(t, signed.Deletions[0].request(t, "")); a.status != 204 {
		t.Errorf("the deletion got %d %s", a.status, s3Code(a))
	}
}

func checkScanRefusals(t *testing.T, r scanRun) {
	own := planned(t, uploads(t, nil, r.as(r.first)), 201).Key
	foreign := strings.NewReplacer(r.first.sub, r.second.sub)
	key := func(key any) fields { return fields{"key": key} }
	for name, c := range map[string]struct {
		body        fields
		code, field string
	}{
		"ErrOtherUser":   {key(foreign.Replace(own)), "Forbidden", "key"},
		"ErrOthersKind":  {key(madeUpKey(r.second, "avatar")), "Forbidden", "key"},
		"ErrKindUnknown": {key(madeUpKey(r.first, "avatr")), "InvalidKey", "key"},
		"ErrFolder":      {key(folder(r.first, "")), "InvalidKey", "key"},
		"ErrTraversal":   {key("uploads/" + r.first.sub + "/../" + r.second.sub + "/00000000000000000000000000/cat.png"), "InvalidKey", "key"},
		"ErrEmpty":       {key(""), "InvalidKey", "key"},
		"ErrNone":        {fields{}, "InvalidRequest", "key"},
		"ErrNull":        {key(nil), "InvalidRequest", "key"},
		"ErrList":        {key([]string{own}), "InvalidRequest", "key"},
		"ErrKeys":        {fields{"keys": []string{own}, "key": own}, "InvalidRequest", "keys"},
		"ErrVersion":     {fields{"key": own, "versionId": "1"}, "InvalidRequest", "versionId"},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, postFields(t, "scans", c.body, r.as(r.first)), c.code, c.field)
		})
	}
	t.Run("ErrNobody", func(t *testing.T) {
		refused(t, postFields(t, "scans", key(own), r.as(r.first), dropHeader("Authorization")), "Unauthorized", "")
	})
	t.Run("ErrOtherPool", func(t *testing.T) { // a token of another deployment
		refused(t, postFields(t, "scans", key(own), r.as(ada)), "Unauthorized", "")
	})
}
