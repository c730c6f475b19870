package authorizer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/json"
	"slices"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
)

// minRSABits is the size that an RSA key must have at least ("JSON Web Algorithms", RFC 7518, 3.3
// and 3.5).
const minRSABits = 2048

// signingKey is the public half of a key with which an issuer signs tokens.
type signingKey struct {
	id        string // kid, which may be ""
	algorithm string // the only one for which the key may be used; "" for all that fit
	public    crypto.PublicKey
}

// matching returns the keys with which a token can have been signed. If the token names a key, they
// have that name.
func matching(keys []signingKey, method jwt.SigningMethod, kid string, named bool) (found []signingKey) {
	for _, key := range keys {
		if key.fits(method) && (!named || key.id == kid) {
			found = append(found, key)
		}
	}
	return found
}

// fits reports whether a key is of the type and size that a method signs with. If it weren't
// checked, the key of one algorithm could be read as that of another ("JSON Web Token Best Current
// Practices", RFC 8725, 2.1 and 3.1).
func (k signingKey) fits(method jwt.SigningMethod) bool {
	if k.algorithm != "" && k.algorithm != method.Alg() {
		return false
	}
	switch m := method.(type) {
	case *jwt.SigningMethodRSA, *jwt.SigningMethodRSAPSS:
		public, ok := k.public.(*rsa.PublicKey)
		return ok && public.N.BitLen() >= minRSABits
	case *jwt.SigningMethodECDSA:
		public, ok := k.public.(*ecdsa.PublicKey)
		return ok && public.Curve.Params().BitSize == m.CurveBits
	}
	return false
}

// signingKeys returns the keys of a JSON Web Key Set that are for signatures. It leaves out all
// others, as RFC 7517 (5) asks for those that aren't understood. The library's own reader of sets
// would refuse all keys for one of them (MicahParks/jwkset#60).
func signingKeys(set []json.RawMessage) (found []signingKey) {
	for _, text := range set {
		var described jwkset.JWKMarshal
		if json.Unmarshal(text, &described) == nil && isForSignatures(described) {
			if public := publicKey(described); public != nil {
				found = append(found, signingKey{described.KID, described.ALG.String(), public})
			}
		}
	}
	return found
}

// isForSignatures reports a key whose use (RFC 7517, 4.2 and 4.3) is to verify signatures, or isn't
// given.
func isForSignatures(k jwkset.JWKMarshal) bool {
	return (k.USE == "" || k.USE == jwkset.UseSig) && (len(k.KEYOPS) == 0 || slices.Contains(k.KEYOPS, jwkset.KeyOpsVerify))
}

// publicKey returns a public key, nil if it isn't a valid one. Only its numbers are read: a
// certificate with them (x5c) that Go finds wrong is no reason to refuse the key
// (wso2-open-operations/cs-tools#1465), and one elsewhere (x5u) would have to be fetched.
func publicKey(k jwkset.JWKMarshal) crypto.PublicKey {
	numbers := jwkset.JWKMarshal{KTY: k.KTY, CRV: k.CRV, X: k.X, Y: k.Y, N: k.N, E: k.E}
	key, err := jwkset.NewJWKFromMarshal(numbers, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
	if err != nil {
		return nil
	}
	return key.Key()
}
