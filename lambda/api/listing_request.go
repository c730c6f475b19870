package api

import (
	"signpost/lambda/config"
	"signpost/lambda/key"
)

// maxListing is the largest page that S3 returns ("ListObjectsV2", Amazon S3 API Reference), and
// the size of a page if the caller names none.
const maxListing = 1000

// listingRequest is a valid request to list the caller's own files of one kind.
type listingRequest struct {
	kind   *config.Kind
	folder string  // what the files' keys begin with
	after  key.Key // the key after which the page begins; the zero value for the first page
	limit  int64
}

// parseListing reads POST /listings. The fields are in the contract's order.
//
// A kind is listed if the caller may use it, even if its files can't be downloaded: the owner may
// know what is there, and can delete it. The kind with no name is listed even if it is closed for
// uploads, since files may have been stored as it before.
func parseListing(r request, cfg config.Files) (listingRequest, error) {
	body, err := jsonObject(r.event)
	if err != nil {
		return listingRequest{}, err
	}
	known := kinds{cfg.Kinds, cfg.Kind}
	l := listingRequest{limit: maxListing}
	var found problems
	body.read(&found, []field{
		{
			name:   "kind",
			read:   func(v value) { l.kind = readKind(v, known, r.caller) },
			absent: func(v value) { l.kind = kindWithoutName(v, known, r.caller) },
		},
		{name: "after", read: func(v value) { l.after, _ = readKey(v, cfg.KeyPrefix, r.caller) }},
		{name: "limit", read: l.readLimit},
	}, func() { l.check(&found, cfg.KeyPrefix, r.caller) })
	return l, found.err()
}

func (l *listingRequest) readLimit(v value) {
	text, ok := v.number()
	if !ok {
		return
	}
	n, ok := wholeNumber(text)
	if !ok || n < 1 || n > maxListing {
		v.refuse(InvalidRequest, "must be a whole number, 1 to %d", maxListing)
	}
	l.limit = n
}

// check finds the folder, and reports a key that isn't in it: S3 would begin the page elsewhere,
// and skip files or repeat them all.
func (l *listingRequest) check(found *problems, prefix string, c caller) {
	folder, isOwn := key.Folder(prefix, l.kind.Name, c.Owner)
	if !isOwn {
		found.add(refuse(Forbidden, "kind", "files of no kind can't be listed for this token's user, whose sub could be the name of a kind"))
	}
	if l.after.Text != "" && l.after.Kind != l.kind.Name {
		found.add(refuse(InvalidKey, "after", "after is the key of a file of another kind than the one to list; give the last key of the page before"))
	}
	l.folder = folder
}
