package api

import "signpost/lambda/key"

// folderName is what messages call the folder of the caller's files: the subject's, unless the owner
// is another.
func (c caller) folderName() string {
	if c.Owner == c.Subject {
		return "sub"
	}
	return "owner"
}

// readKey reads the key of one of the caller's own uploads. A key that this deployment can't have
// returned is InvalidKey; another user's is Forbidden.
func readKey(v value, prefix string, c caller) (key.Key, bool) {
	s, ok := v.string()
	if !ok {
		return key.Key{}, false
	}
	k, ok := key.Parse(prefix, s)
	switch {
	case !ok:
		v.refuse(InvalidKey, "is not a key that this deployment returned; keys look like %s<%s>/<id>/<name>", prefix, c.folderName())
		return key.Key{}, false
	case k.Owner != c.Owner:
		v.refuse(Forbidden, "belongs to another user")
		return key.Key{}, false
	}
	return k, true
}
