package authorizer

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/golang-jwt/jwt/v5"

	"signpost/lambda/config"
	"signpost/lambda/identity"
)

// The whole answer for a good token, and the one about whom it is.
func TestAllowed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.start(config.Authorizer{
		Issuers:    []config.Issuer{f.cfg},
		KindClaims: config.RequiredClaims{"groups": {"editors", "admins"}, "scope": {"archive"}},
	})
	got, err := f.authorize("Bearer " + f.token(map[string]any{"groups": []string{"x", "editors"}, "scope": "openid", "email": "ada@example.com"}))
	if err != nil {
		t.Fatal(err)
	}
	owner := identity.Owner(f.issuer.url, "sub", subject)
	want := events.APIGatewayCustomAuthorizerResponse{
		PrincipalID: owner,
		PolicyDocument: events.APIGatewayCustomAuthorizerPolicy{Version: "2012-10-17", Statement: []events.IAMPolicyStatement{
			{Action: []string{"execute-api:Invoke"}, Effect: "Allow", Resource: []string{stageARN}},
		}},
		Context: identity.Caller{
			Owner: owner, Subject: subject, Claims: map[string]any{"groups": []any{"editors"}}, Expires: f.clock.now().Add(10 * time.Minute),
		}.Context(),
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if f.log.Len() > 0 {
		t.Errorf("a good token is logged: %s", f.log)
	}
}

// What a good token may look like.
func TestGoodTokens(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	now := f.clock.now().Unix()
	for name, token := range map[string]string{
		"bare":              f.token(nil),
		"bearer":            "bEARER   " + f.token(nil) + " ",
		"aud in a list":     f.token(map[string]any{"aud": []string{"someone else's", audience}}),
		"the other aud":     f.token(map[string]any{"aud": "other"}),
		"just expired":      f.token(map[string]any{"exp": now - 59}),
		"a part of seconds": f.token(map[string]any{"exp": float64(now) + 0.5}),
		"a clock ahead":     f.token(map[string]any{"iat": now + 59, "nbf": now + 59}),
		"no iat":            f.token(map[string]any{"iat": nil}),
		"the longest sub":   f.token(map[string]any{"sub": strings.Repeat("ü", 255)}),
		"no typ":            f.tokenHeaded(map[string]any{"typ": nil}),
		"an access token":   f.tokenHeaded(map[string]any{"typ": "application/AT+jwt"}),
		"no kid":            f.tokenHeaded(map[string]any{"kid": nil}),
		"names elsewhere":   f.token(map[string]any{"address": map[string]any{"iss": "x", "exp": "y", "crit": 1}}),
		// A library that follows these would fetch or believe another key. Here they are ignored.
		"a true token with offers": f.tokenHeaded(map[string]any{"jku": "http://127.0.0.1:1/", "x5u": "http://127.0.0.1:1/", "jwk": secondKey().jwk(), "x5c": []string{"AA=="}}),
	} {
		if got := f.outcome(token); got != "Allow" {
			t.Errorf("%s: %s\n%s", name, got, f.log)
		}
	}
}

// Each algorithm with the key that it is made for.
func TestAlgorithms(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	keys := map[string]testKey{
		"RS384": {"r3", jwt.SigningMethodRS384, rsaOne(), nil},
		"RS512": {"r5", jwt.SigningMethodRS512, rsaOne(), nil},
		"PS256": {"p2", jwt.SigningMethodPS256, rsaOne(), nil},
		"PS384": {"p3", jwt.SigningMethodPS384, rsaOne(), nil},
		"PS512": {"p5", jwt.SigningMethodPS512, rsaOne(), nil},
		"ES256": {"e2", jwt.SigningMethodES256, ec256(), nil},
		"ES384": {"e3", jwt.SigningMethodES384, ec384(), nil},
		"ES512": {"e5", jwt.SigningMethodES512, ec521(), nil},
		"RS256": {"r2", jwt.SigningMethodRS256, rsaOne(), map[string]any{"alg": nil, "use": nil, "key_ops": []string{"verify"}}},
	}
	var all []testKey
	for _, algorithm := range config.Algorithms() {
		all = append(all, keys[algorithm])
	}
	f.issuer.publish(all...)
	f.startWith(func(i *config.Issuer) { i.Algorithms = config.Algorithms() })
	for _, f.key = range all {
		if got := f.outcome(f.token(nil)); got != "Allow" {
			t.Errorf("%s: %s\n%s", f.key.method.Alg(), got, f.log)
		}
	}
}

// The settings say which algorithms are accepted, not the keys: those of many issuers name none.
func TestOtherAlgorithms(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.issuer.publish(testKey{f.key.kid, f.key.method, f.key.private, map[string]any{"alg": nil}})
	f.want("Allow", f.token(nil))
	for _, f.key.method = range []jwt.SigningMethod{jwt.SigningMethodRS384, jwt.SigningMethodPS256} {
		f.want("Unauthorized", f.token(nil))
	}
}

// forgedTokens are tokens that nobody may use, with what the log says of each. The issuer has one
// key, of RS256.
func forgedTokens(f *fixture) map[string]struct{ token, why string } {
	type forged = struct{ token, why string }
	forger := testKey{f.key.kid, jwt.SigningMethodRS256, rsaTwo(), nil}
	now := f.clock.now().Unix()
	good := f.token(nil)
	parts := strings.Split(good, ".")
	header, claims := toJSON(f.key.header()), toJSON(f.claims())
	signed := func(header, claims string) string { return f.key.sign(header, claims) }
	hmac := func(secret []byte) string {
		text := encode(`{"alg":"HS256","kid":"first"}`) + "." + encode(claims)
		signature, _ := jwt.SigningMethodHS256.Sign(text, secret)
		return text + "." + base64.RawURLEncoding.EncodeToString(signature)
	}
	der, _ := x509.MarshalPKIXPublicKey(f.key.private.Public())
	pkcs1 := x509.MarshalPKCS1PublicKey(f.key.private.Public().(*rsa.PublicKey))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: f.clock.now().AddDate(1, 0, 0)}
	certificate, _ := x509.CreateCertificate(nil, template, template, forger.private.Public(), forger.private)
	byForger := func(changes map[string]any) string {
		return forger.sign(toJSON(merge(forger.header(), changes)), claims)
	}
	const badSignature, badAlg, twice = "its signature is wrong", "its alg is not one", "has a name twice"

	all := map[string]forged{
		"nothing":             {"", "it is empty"},
		"only a scheme":       {"Bearer ", "three parts"},
		"another scheme":      {"DPoP " + good, "not base64url"},
		"a word":              {"token", "three parts"},
		"two parts":           {parts[0] + "." + parts[1], "three parts"},
		"no signature":        {parts[0] + "." + parts[1] + ".", badSignature},
		"four parts":          {good + ".x", "three parts"},
		"an encrypted token":  {encode(`{"alg":"RSA-OAEP","enc":"A256GCM"}`) + ".a.b.c.d", "three parts"},
		"trailing data":       {good + "A", badSignature},
		"trailing padding":    {good + "=", "not base64url"},
		"trailing bits":       {loose(good), "malformed"},
		"a space inside":      {parts[0] + ". " + parts[1] + "." + parts[2], "not base64url"},
		"a line feed inside":  {parts[0] + ".\n" + parts[1] + "." + parts[2], "not base64url"},
		"a line feed after":   {parts[0] + "." + parts[1] + "." + parts[2][:9] + "\n" + parts[2][9:], "not base64url"},
		"ordinary base64":     {parts[0] + "." + parts[1] + "." + parts[2][:340] + "+/", "not base64url"},
		"padded parts":        {parts[0] + "==." + parts[1] + "." + parts[2], "not base64url"},
		"huge":                {f.token(map[string]any{"x": strings.Repeat("x", maxToken)}), "longer than a request"},
		"deep":                {signed(header, strings.TrimSuffix(claims, "}")+`,"x":`+strings.Repeat("[", 6000)), "not a JSON object"},
		"another's signature": {parts[0] + "." + parts[1] + "." + strings.Split(f.token(map[string]any{"sub": "x"}), ".")[2], badSignature},
		"changed claims":      {parts[0] + "." + encode(strings.Replace(claims, subject, "auth0|admin", 1)) + "." + parts[2], badSignature},

		"alg none":           {encode(`{"alg":"none"}`) + "." + parts[1] + ".", badSignature},
		"alg None":           {encode(`{"alg":"None"}`) + "." + parts[1] + ".", badAlg},
		"alg NONE":           {encode(`{"alg":"NONE"}`) + "." + parts[1] + ".", badAlg},
		"alg nOnE signed":    {encode(`{"alg":"nOnE"}`) + "." + parts[1] + "." + parts[2], badAlg},
		"alg empty":          {encode(`{"alg":""}`) + "." + parts[1] + ".", badAlg},
		"no alg":             {encode(`{"kid":"first"}`) + "." + parts[1] + "." + parts[2], badAlg},
		"alg null":           {encode(`{"alg":null}`) + "." + parts[1] + ".", badAlg},
		"alg in a list":      {encode(`{"alg":["RS256","none"]}`) + "." + parts[1] + ".", badAlg},
		"alg rs256":          {f.tokenHeaded(map[string]any{"alg": "rs256"}), badAlg},
		"alg RS384":          {testKey{f.key.kid, jwt.SigningMethodRS384, f.key.private, nil}.sign(`{"alg":"RS384","kid":"first"}`, claims), badSignature},
		"alg PS256":          {testKey{f.key.kid, jwt.SigningMethodPS256, f.key.private, nil}.sign(`{"alg":"PS256","kid":"first"}`, claims), badSignature},
		"alg RS384, in fact": {testKey{f.key.kid, jwt.SigningMethodRS384, f.key.private, nil}.sign(header, claims), badSignature},
		"HS256 by PEM":       {hmac(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), badSignature},
		"HS256 by PEM PKCS1": {hmac(pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: pkcs1})), badSignature},
		"HS256 by DER":       {hmac(der), badSignature},
		"HS256 by JWK":       {hmac([]byte(toJSON(f.key.jwk()))), badSignature},
		"HS256 by nothing":   {hmac(nil), badSignature},

		"a forger's key":         {byForger(nil), badSignature},
		"a forger's, no kid":     {byForger(map[string]any{"kid": nil}), badSignature},
		"a forger's jwk":         {byForger(map[string]any{"jwk": forger.jwk()}), badSignature},
		"a forger's jwk, no kid": {byForger(map[string]any{"kid": nil, "jwk": forger.jwk()}), badSignature},
		"a forger's x5c":         {byForger(map[string]any{"x5c": []string{base64.StdEncoding.EncodeToString(certificate)}}), badSignature},
		"an unknown kid":         {f.tokenHeaded(map[string]any{"kid": "other"}), "no key with its kid"},
		"a kid of a path":        {f.tokenHeaded(map[string]any{"kid": "../../../../dev/null"}), "no key with its kid"},
		"a kid of SQL":           {f.tokenHeaded(map[string]any{"kid": "x' UNION SELECT 'key"}), "no key with its kid"},
		"an empty kid":           {f.tokenHeaded(map[string]any{"kid": ""}), "no key with its kid"},
		"kid as a number":        {f.tokenHeaded(map[string]any{"kid": 1}), "its kid is not a text"},
		"kid null":               {signed(`{"alg":"RS256","kid":null}`, claims), "its kid is not a text"},
		"crit":                   {f.tokenHeaded(map[string]any{"crit": []string{"exp"}}), "its header has crit"},
		"crit, empty":            {f.tokenHeaded(map[string]any{"crit": []string{}}), "its header has crit"},
		"b64":                    {f.tokenHeaded(map[string]any{"b64": false, "crit": []string{"b64"}}), "its header has crit"},
		"a logout token":         {f.tokenHeaded(map[string]any{"typ": "logout+jwt"}), "another kind of token"},
		"typ as a list":          {f.tokenHeaded(map[string]any{"typ": []string{"JWT"}}), "another kind of token"},
		"events":                 {f.token(map[string]any{"events": map[string]any{}}), "it reports events"},
		"bound to a key":         {f.token(map[string]any{"cnf": map[string]any{"jkt": "x"}}), "it is bound to a key"},

		"no iss":             {f.token(map[string]any{"iss": nil}), "its issuer is not one"},
		"another iss":        {f.token(map[string]any{"iss": "https://evil.example/"}), "its issuer is not one"},
		"iss without slash":  {f.token(map[string]any{"iss": strings.TrimSuffix(f.issuer.url, "/")}), "its issuer is not one"},
		"iss in capitals":    {f.token(map[string]any{"iss": strings.ToUpper(f.issuer.url)}), "its issuer is not one"},
		"iss in a list":      {f.token(map[string]any{"iss": []string{f.issuer.url}}), "its issuer is not one"},
		"claims in claims":   {signed(header, `{"claims":`+claims+`}`), "its issuer is not one"},
		"no aud":             {f.token(map[string]any{"aud": nil}), "it has no exp, or no aud"},
		"aud empty":          {f.token(map[string]any{"aud": ""}), "it has no exp, or no aud"},
		"aud an empty list":  {f.token(map[string]any{"aud": []string{}}), "it has no exp, or no aud"},
		"another aud":        {f.token(map[string]any{"aud": "https://signpost.example/"}), "its aud is not one"},
		"other auds":         {f.token(map[string]any{"aud": []string{"x", audience + "/"}}), "its aud is not one"},
		"aud with a number":  {f.token(map[string]any{"aud": []any{5, audience}}), "not of the right type"},
		"aud as an object":   {f.token(map[string]any{"aud": map[string]any{audience: true}}), "it has no exp, or no aud"},
		"auds in one":        {f.token(map[string]any{"aud": audience + " other"}), "its aud is not one"},
		"only a client_id":   {f.token(map[string]any{"aud": nil, "client_id": audience}), "it has no exp, or no aud"},
		"no exp":             {f.token(map[string]any{"exp": nil}), "it has no exp, or no aud"},
		"exp null":           {signed(header, strings.Replace(claims, `"exp":`, `"exp":null,"was":`, 1)), "not of the right type"},
		"exp as a text":      {f.token(map[string]any{"exp": "1900000000"}), "not of the right type"},
		"exp 0":              {f.token(map[string]any{"exp": 0}), "it has no exp, or no aud"},
		"exp negative":       {f.token(map[string]any{"exp": -1}), "it has expired"},
		"exp never":          {f.token(map[string]any{"exp": 1e15}), "its exp is not a date"},
		"exp beyond Go's":    {f.token(map[string]any{"exp": 9.3e18}), "exp"},
		"exp beyond JSON's":  {signed(header, strings.Replace(claims, `"exp":`, `"exp":1e999,"was":`, 1)), "not a JSON object"},
		"expired":            {f.token(map[string]any{"exp": now - 60}), "it has expired"},
		"nbf in the future":  {f.token(map[string]any{"nbf": now + 61}), "its nbf is in the future"},
		"nbf beyond Go's":    {f.token(map[string]any{"nbf": 9.3e18}), "nbf"},
		"nbf as a text":      {f.token(map[string]any{"nbf": "0"}), "not of the right type"},
		"iat in the future":  {f.token(map[string]any{"iat": now + 61}), "its iat is in the future"},
		"iat as a text":      {f.token(map[string]any{"iat": "0"}), "not of the right type"},
		"no sub":             {f.token(map[string]any{"sub": nil}), "its sub is not a text"},
		"sub empty":          {f.token(map[string]any{"sub": ""}), "its sub is not a text"},
		"sub as a number":    {f.token(map[string]any{"sub": 5}), "its sub is not a text"},
		"sub as an object":   {f.token(map[string]any{"sub": map[string]any{"sub": subject}}), "its sub is not a text"},
		"sub in a list":      {f.token(map[string]any{"sub": []string{subject}}), "its sub is not a text"},
		"sub too long":       {f.token(map[string]any{"sub": strings.Repeat("x", 256)}), "its sub is not a text"},
		"sub with a control": {f.token(map[string]any{"sub": "a\nb"}), "its sub is not a text"},
		"sub of half a pair": {signed(header, strings.Replace(claims, subject, `\ud800`, 1)), "its sub is not a text"},
		"sub not UTF-8":      {signed(header, strings.Replace(claims, subject, "\xff", 1)), "not UTF-8"},

		"sub twice, the good last":    {signed(header, `{"sub":"admin",`+claims[1:]), twice},
		"sub twice, the good first":   {signed(header, strings.TrimSuffix(claims, "}")+`,"sub":"admin"}`), twice},
		"sub twice, one escaped":      {signed(header, `{"\u0073ub":"admin",`+claims[1:]), twice},
		"iss twice":                   {signed(header, `{"iss":"https://evil.example/",`+claims[1:]), twice},
		"alg twice, the good last":    {signed(`{"alg":"none",`+header[1:], claims), twice},
		"alg twice, the good first":   {signed(strings.TrimSuffix(header, "}")+`,"alg":"none"}`, claims), twice},
		"a name twice further inside": {signed(header, strings.TrimSuffix(claims, "}")+`,"x":[{"a":1,"a":2}]}`), twice},
		"claims in a list":            {signed(header, "["+claims+"]"), "not a JSON object"},
		"claims null":                 {signed(header, "null"), "not a JSON object"},
		"claims of a text":            {signed(header, `"x"`), "not a JSON object"},
		"claims twice":                {signed(header, claims+claims), "not a JSON object"},
		"claims with a mark":          {signed(header, "\xef\xbb\xbf"+claims), "not a JSON object"},
		"a token in a token":          {signed(`{"alg":"RS256","kid":"first","cty":"JWT"}`, good), "not a JSON object"},
		"a header in a list":          {signed("["+header+"]", claims), "not a JSON object"},
		"a header of null":            {signed("null", claims), "not a JSON object"},
	}
	return all
}

// loose changes the bits at the end of a signature that stand for nothing.
func loose(token string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, token[len(token)-1])
	return token[:len(token)-1] + alphabet[last+1:last+2]
}

// Every forged token is refused with 401 and one line in the log, which has nothing of it.
func TestForgedTokens(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.want("Allow", f.token(nil))
	for name, forged := range forgedTokens(f) {
		answer, err := f.authorize(forged.token)
		lines := f.lines()
		if err == nil || err.Error() != "Unauthorized" || !reflect.DeepEqual(answer, events.APIGatewayCustomAuthorizerResponse{}) {
			t.Errorf("%s: %+v, %v", name, answer, err)
		}
		if len(lines) != 1 || !strings.Contains(lines[0], `"msg":"token refused","code":"Unauthorized"`) || !strings.Contains(lines[0], forged.why) {
			t.Errorf("%s: the log has %q, want one line with %q", name, lines, forged.why)
		}
		for _, secret := range append(strings.Split(forged.token, "."), subject, audience, "evil", "admin") {
			if len(secret) > 3 && secret != "token" && strings.Contains(lines[0], secret) {
				t.Errorf("%s: the log has %q", name, secret)
			}
		}
	}
}

// A line names the issuer if it is one of the deployment's, and the request.
func TestLog(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := lambdacontext.NewContext(context.Background(), &lambdacontext.LambdaContext{AwsRequestID: "request-1"})
	_, _ = f.a.Authorize(ctx, events.APIGatewayCustomAuthorizerRequest{AuthorizationToken: f.token(map[string]any{"exp": 1}), MethodArn: methodARN})
	var line map[string]any
	if err := json.Unmarshal(f.log.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	delete(line, "time")
	want := map[string]any{
		"level": "INFO", "msg": "token refused", "code": "Unauthorized", "requestId": "request-1", "issuer": f.issuer.url, "reason": "it has expired",
	}
	if !reflect.DeepEqual(line, want) {
		t.Errorf("%v\nwant %v", line, want)
	}
}

// A key fits one sort of algorithm, whatever the settings and the token say.
func TestKeysThatDoNotFit(t *testing.T) {
	t.Parallel()
	rs, es := jwt.SigningMethodRS256, jwt.SigningMethodES256
	noAlg := map[string]any{"alg": nil}
	for name, test := range map[string]struct {
		published testKey
		signs     testKey
	}{
		"RS256 under an EC key":     {testKey{"k", es, ec256(), noAlg}, testKey{"k", rs, rsaOne(), nil}},
		"ES256 under an RSA key":    {testKey{"k", rs, rsaOne(), noAlg}, testKey{"k", es, ec256(), nil}},
		"RS256 under a key for PS":  {testKey{"k", jwt.SigningMethodPS256, rsaOne(), nil}, testKey{"k", rs, rsaOne(), nil}},
		"PS256 under a key for RS":  {testKey{"k", rs, rsaOne(), nil}, testKey{"k", jwt.SigningMethodPS256, rsaOne(), nil}},
		"ES256 on another curve":    {testKey{"k", es, ec384(), noAlg}, testKey{"k", smallES384{}, ec384(), nil}},
		"a key to encrypt with":     {testKey{"k", rs, rsaOne(), map[string]any{"use": "enc"}}, testKey{"k", rs, rsaOne(), nil}},
		"a key of other operations": {testKey{"k", rs, rsaOne(), map[string]any{"key_ops": []string{"encrypt"}}}, testKey{"k", rs, rsaOne(), nil}},
		"an RSA key of 1,024 bits":  {testKey{"k", rs, rsaSmall(), noAlg}, testKey{"k", rs, rsaSmall(), nil}},
	} {
		f := newFixture(t)
		f.issuer.publish(test.published)
		f.startWith(func(i *config.Issuer) { i.Algorithms = config.Algorithms() })
		f.key = test.signs
		if got := f.outcome(f.token(nil)); got != "Unauthorized" || !strings.Contains(f.log.String(), "no key with its kid, or none that fits its alg") {
			t.Errorf("%s: %s\n%s", name, got, f.log)
		}
	}
}

// smallES384 signs with a key of P-384 as if it were ES256's: half of the numbers are cut off, so
// the signature is of the right length.
type smallES384 struct{}

func (smallES384) Alg() string                      { return "ES256" }
func (smallES384) Verify(string, []byte, any) error { return nil }
func (smallES384) Sign(text string, key any) ([]byte, error) {
	signature, err := jwt.SigningMethodES384.Sign(text, key)
	return signature[:64], err
}

// A good token that lacks something gets 403 on all methods, and nothing about the caller.
func TestDenied(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.startWith(func(i *config.Issuer) {
		i.RequiredClaims, i.OwnerClaim = config.RequiredClaims{"groups": {"editors"}, "email_verified": {"true"}}, "org_id"
	})
	full := map[string]any{"groups": []string{"editors"}, "email_verified": true, "org_id": "org_1"}
	f.want("Allow", f.token(full))
	for name, test := range map[string]struct {
		changes map[string]any
		why     string
	}{
		"no groups":         {map[string]any{"groups": nil}, "lacks a required value of the claim groups"},
		"other groups":      {map[string]any{"groups": []string{"secret-group"}}, "lacks a required value of the claim groups"},
		"groups further in": {map[string]any{"groups": map[string]any{"groups": []string{"editors"}}}, "lacks a required value of the claim groups"},
		"not verified":      {map[string]any{"email_verified": false}, "lacks a required value of the claim email_verified"},
		"no owner":          {map[string]any{"org_id": nil}, "no usable value of the owner claim org_id"},
		"an empty owner":    {map[string]any{"org_id": ""}, "owner claim"},
		"owners":            {map[string]any{"org_id": []string{"org_1"}}, "owner claim"},
		"an owner's object": {map[string]any{"org_id": map[string]any{"id": "org_1"}}, "owner claim"},
		"true":              {map[string]any{"org_id": true}, "owner claim"},
		"a fraction":        {map[string]any{"org_id": 1.5}, "owner claim"},
		"a negative number": {map[string]any{"org_id": -1}, "owner claim"},
		"a large number":    {map[string]any{"org_id": json.Number("9007199254740993")}, "owner claim"},
		"an endless number": {map[string]any{"org_id": 1e300}, "owner claim"},
		"a control":         {map[string]any{"org_id": "a\x00"}, "owner claim"},
		"too long":          {map[string]any{"org_id": strings.Repeat("x", 256)}, "owner claim"},
	} {
		answer, err := f.authorize(f.token(merge(full, test.changes)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := []events.IAMPolicyStatement{{Action: []string{"execute-api:Invoke"}, Effect: "Deny", Resource: []string{stageARN}}}
		if !reflect.DeepEqual(answer.PolicyDocument.Statement, want) || answer.Context != nil || answer.PrincipalID != identity.Owner(f.issuer.url, "sub", subject) {
			t.Errorf("%s: %+v", name, answer)
		}
		if lines := f.lines(); len(lines) != 1 || !strings.Contains(lines[0], `"code":"Forbidden"`) || !strings.Contains(lines[0], test.why) || strings.Contains(lines[0], "secret") {
			t.Errorf("%s: %q, want %q", name, lines, test.why)
		}
	}
	f.want("Unauthorized", f.token(map[string]any{"exp": 1})) // not 403: a new token may have the claims
}

// The members of an organisation share what is theirs, and the principal is still who calls.
func TestOwnerClaim(t *testing.T) {
	t.Parallel()
	f := newFixture(t).startWith(func(i *config.Issuer) { i.OwnerClaim = "https://example.com/org" })
	for value, text := range map[any]string{"org_ünï": "org_ünï", "7": "7", 7: "7", 9007199254740991: "9007199254740991"} {
		answer, err := f.authorize(f.token(map[string]any{"https://example.com/org": value}))
		if err != nil {
			t.Fatal(err)
		}
		caller, err := identity.FromContext(answer.Context)
		if err != nil || caller.Owner != identity.Owner(f.issuer.url, "https://example.com/org", text) || caller.Subject != subject || !caller.Shared {
			t.Errorf("%v: %+v, %v", value, caller, err)
		}
		if answer.PrincipalID != identity.Owner(f.issuer.url, "sub", subject) {
			t.Errorf("%v: the principal is %s", value, answer.PrincipalID)
		}
	}
}

// A user pool among the issuers keeps the owners that its files have without other issuers.
func TestUserPool(t *testing.T) {
	t.Parallel()
	const sub, client = "0a1b2c3d-4e5f-6789-abcd-ef0123456789", "4h57k0sjl5g3vq8m1example00"
	f := newFixture(t)
	id := map[string]any{"sub": sub, "token_use": "id", "aud": client, "cognito:groups": []string{"editors"}}
	access := map[string]any{"sub": sub, "token_use": "access", "aud": nil, "client_id": client}
	for use, good := range map[string]map[string]any{config.IDToken: id, config.AccessToken: access} {
		f.startWith(func(i *config.Issuer) { i.TokenUse, i.Audiences = use, []string{"another", client} })
		answer, err := f.authorize(f.token(good))
		if err != nil {
			t.Errorf("%s: %v\n%s", use, err, f.log)
			continue
		}
		caller, err := identity.FromContext(answer.Context)
		if err != nil || answer.PrincipalID != sub || caller.Owner != sub || caller.Subject != sub || caller.Shared {
			t.Errorf("%s: %s, %+v, %v", use, answer.PrincipalID, caller, err)
		}
		for name, changes := range map[string]map[string]any{
			"another client's aud":  {"aud": "x", "client_id": "x"},
			"the other's kind":      {"token_use": "refresh"},
			"no kind":               {"token_use": nil},
			"a sub that isn't hers": {"sub": "a/../b"},
		} {
			if got := f.outcome(f.token(merge(good, changes))); got != "Unauthorized" {
				t.Errorf("%s, %s: %s", use, name, got)
			}
		}
	}
	f.startWith(func(i *config.Issuer) { i.TokenUse = config.AccessToken })
	f.want("Unauthorized", f.token(merge(id, map[string]any{"client_id": client})))
	f.startWith(func(i *config.Issuer) { i.TokenUse = config.IDToken })
	f.want("Unauthorized", f.token(merge(access, map[string]any{"aud": client})))
}

// Two issuers may have the same kid and the same subject. Neither can sign for the other, and the
// subjects are two callers.
func TestTwoIssuers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	other := startIssuer(t, testKey{f.key.kid, jwt.SigningMethodRS256, rsaTwo(), nil})
	second := f.cfg
	second.URL, second.Audiences = other.url, []string{"only-the-second"}
	f.start(config.Authorizer{Issuers: []config.Issuer{f.cfg, second}})
	owners := map[string]bool{}
	allow := func(token string) {
		t.Helper()
		answer, err := f.authorize(token)
		if err != nil {
			t.Fatal(err)
		}
		owners[answer.PrincipalID] = true
	}
	ofSecond := map[string]any{"iss": other.url, "aud": "only-the-second"}
	allow(f.token(nil))
	f.want("Unauthorized", f.token(ofSecond))
	f.want("Unauthorized", f.token(map[string]any{"aud": "only-the-second"}))
	f.key.private = rsaTwo()
	allow(f.token(ofSecond))
	f.want("Unauthorized", f.token(nil))
	f.want("Unauthorized", f.token(map[string]any{"iss": other.url}))
	if len(owners) != 2 {
		t.Errorf("the same subject at two issuers is %v", owners)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	issuers := `[{"url":"https://login.example/","aud":["api"],"alg":["RS256"]}]`
	from := func(env map[string]string) error {
		_, err := FromEnvironment(func(name string) string { return env[name] }, &http.Client{}, log)
		return err
	}
	if err := from(map[string]string{"ISSUERS": issuers, "KIND_CLAIMS": `{"groups":["editors"]}`}); err != nil {
		t.Error(err)
	}
	if err := from(nil); err == nil || !strings.Contains(err.Error(), "ISSUERS: ") {
		t.Errorf("no issuers: %v", err)
	}
	if _, err := New(config.Authorizer{Issuers: []config.Issuer{{URL: "https://login.example/", Audiences: []string{"api"}, Algorithms: []string{"HS256"}}}}, &http.Client{}, log); err == nil {
		t.Error("HS256 is accepted")
	}
}
