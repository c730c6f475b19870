package conformance_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestForgedSignature changes the signature's own parameters: expiry, date, signer, signed headers.
func TestForgedSignature(t *testing.T) {
	const parameters = "AuthorizationQueryParametersError"
	credential := func(old, new string) edit {
		return editQuery(func(q url.Values) { q.Set("X-Amz-Credential", strings.Replace(q.Get("X-Amz-Credential"), old, new, 1)) })
	}
	signer := func(accessKeyID string) edit {
		return editQuery(func(q url.Values) {
			_, scope, _ := strings.Cut(q.Get("X-Amz-Credential"), "/")
			q.Set("X-Amz-Credential", accessKeyID+"/"+scope)
		})
	}
	unsign := func(header string) edit {
		return editQuery(func(q url.Values) {
			q.Set("X-Amz-SignedHeaders", strings.Replace(q.Get("X-Amz-SignedHeaders"), header+";", "", 1))
		})
	}
	checkForgeries(t, map[string]forgery{
		"ErrExpiryExtended":     {change: setQuery("X-Amz-Expires", "86400")},
		"ErrExpiryOneMore":      {change: setQuery("X-Amz-Expires", "601")},
		"ErrExpiryTwice":        {change: editQuery(func(q url.Values) { q.Add("X-Amz-Expires", "86400") })},
		"ErrExpiryOverAWeek":    {change: setQuery("X-Amz-Expires", "604801"), status: 400, code: parameters},
		"ErrExpiryNegative":     {change: setQuery("X-Amz-Expires", "-1"), status: 400, code: parameters},
		"ErrExpiryNotANumber":   {change: setQuery("X-Amz-Expires", "never"), status: 400, code: parameters},
		"ErrExpiryDropped":      {change: dropQuery("X-Amz-Expires"), status: 400, code: parameters},
		"ErrExpiryZero":         {change: setQuery("X-Amz-Expires", "0"), code: "AccessDenied", onAWS: "SignatureDoesNotMatch"},
		"ErrDateAhead":          {change: setQuery("X-Amz-Date", "20990101T000000Z"), code: "AccessDenied", onAWS: parameters},
		"ErrDateLongAgo":        {change: setQuery("X-Amz-Date", "20200101T000000Z"), status: 400, code: parameters, onAWS: "AccessDenied"},
		"ErrDateOneSecond":      {change: editQuery(laterSameDay)},
		"ErrDateMalformed":      {change: setQuery("X-Amz-Date", "now"), status: 400, code: parameters},
		"ErrDateDropped":        {change: dropQuery("X-Amz-Date"), status: 400, code: parameters},
		"ErrSignatureZeroes":    {change: setQuery("X-Amz-Signature", strings.Repeat("0", 64))},
		"ErrSignatureShort":     {change: setQuery("X-Amz-Signature", "00")},
		"ErrSignatureUpperCase": {change: editQuery(func(q url.Values) { q.Set("X-Amz-Signature", strings.ToUpper(q.Get("X-Amz-Signature"))) })},
		"ErrSignatureEmpty":     {change: setQuery("X-Amz-Signature", ""), status: 400, code: parameters},
		"ErrSignatureDropped":   {change: dropQuery("X-Amz-Signature"), status: 400, code: parameters},
		"ErrAlgorithmOther":     {change: setQuery("X-Amz-Algorithm", "AWS4-HMAC-SHA1"), status: 400, code: parameters},
		"ErrAlgorithmNone":      {change: setQuery("X-Amz-Algorithm", "none"), status: 400, code: parameters},
		"ErrAlgorithmDropped":   {change: dropQuery("X-Amz-Algorithm"), status: 400, code: parameters},
		"ErrUnsignedLength":     {change: unsign("content-length")},
		"ErrUnsignedType":       {change: allOf(unsign("content-type"), setHeader("Content-Type", "text/html"))},
		"ErrUnsignedOverwrite":  {change: allOf(unsign("if-none-match"), dropHeader("If-None-Match"))},
		"ErrOnlyHostSigned":     {change: setQuery("X-Amz-SignedHeaders", "host")},
		"ErrNothingSigned":      {change: setQuery("X-Amz-SignedHeaders", ""), status: 400, code: parameters},
		"ErrRegion":             {change: credential(target.Region, "eu-central-2"), status: 400, code: parameters},
		"ErrService":            {change: credential("/s3/", "/sts/"), status: 400, code: parameters},
		"ErrScopeDate":          {change: credential("/20", "/19"), status: 400, code: parameters},
		"ErrSignerUnknown":      {change: signer("ASIAUNKNOWN000000000"), code: "InvalidAccessKeyId"},
		"ErrSignerRoot":         {change: signer("AKIAROOT000000000000"), status: 400, code: "InvalidToken", onAWS: "InvalidAccessKeyId"},
		"ErrSignerEmpty":        {change: signer(""), status: 400, code: "InvalidToken", onAWS: parameters},
		"ErrTokenDropped":       {change: dropQuery("X-Amz-Security-Token"), status: 400, code: "InvalidToken", onAWS: "InvalidAccessKeyId"},
		"ErrTokenChanged":       {change: editQuery(func(q url.Values) { q.Set("X-Amz-Security-Token", "x"+q.Get("X-Amz-Security-Token")) }), status: 400, code: "InvalidToken"},
		"ErrTokenEmpty":         {change: setQuery("X-Amz-Security-Token", ""), status: 400, code: "InvalidToken", onAWS: "InvalidAccessKeyId"},
		"ErrParameterAdded":     {change: setQuery("x-id", "PutObject")},
		"ErrVersionAdded":       {change: setQuery("versionId", "null")},
		"ErrResponseTypeAdded":  {change: setQuery("response-content-type", "text/html")},
		"ErrACL":                {change: setQuery("acl", "")},
		"ErrTagging":            {change: setQuery("tagging", "")},
		"ErrRetention":          {change: setQuery("retention", "")},
		"ErrLegalHold":          {change: setQuery("legal-hold", "")},
	})
}

func laterSameDay(q url.Values) {
	date := q.Get("X-Amz-Date")
	last := (date[len(date)-2]-'0'+1)%10 + '0' // another second of the same ten
	q.Set("X-Amz-Date", date[:len(date)-2]+string(last)+"Z")
}

// TestSwappedSignature puts one plan's signature on another's request.
func TestSwappedSignature(t *testing.T) {
	t.Parallel()
	mine, other := planUpload(t, nil), planned(t, uploads(t, nil, asUser(grace)), 201)
	for name, change := range map[string]edit{
		"ErrSignature": editQuery(func(q url.Values) { q.Set("X-Amz-Signature", parameter(t, mine, "X-Amz-Signature")) }),
		"ErrQuery":     func(r *http.Request) { r.URL.RawQuery = mine.URL[strings.Index(mine.URL, "?")+1:] },
	} {
		t.Run(name, func(t *testing.T) { checkRefusal(t, s3(t, other.request(t, "hello", change)), forgery{}) })
	}
	checkNotStored(t, mine, "hello")
	checkNotStored(t, other, "HELLO")
}

func parameter(t *testing.T, p plan, name string) string {
	t.Helper()
	u, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal("the URL does not parse")
	}
	return u.Query().Get(name)
}
