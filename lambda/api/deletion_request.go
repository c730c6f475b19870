package api

import (
	"time"

	"signpost/lambda/config"
	"signpost/lambda/key"
)

// maxDeletions limits the answer to about 300 kB.
const maxDeletions = 100

// deletionsRequest is a valid request to delete some of the caller's own files.
type deletionsRequest struct {
	keys     []key.Key
	lifetime time.Duration // the shortest of the keys' kinds
}

// parseDeletions reads POST /deletions.
//
// One key that is wrong refuses the request, and nothing is signed. The page that sent it has mixed
// up its files, and a deletion that is half right is worse than none.
func parseDeletions(r request, cfg config.Files) (deletionsRequest, error) {
	body, err := jsonObject(r.event)
	if err != nil {
		return deletionsRequest{}, err
	}
	var found problems
	var d deletionsRequest
	body.read(&found, []field{
		{name: "keys", required: true, read: func(v value) { d.readKeys(v, cfg, r.caller) }},
	}, nil)
	return d, found.err()
}

func (d *deletionsRequest) readKeys(v value, cfg config.Files, c caller) {
	elements, ok := v.array()
	switch {
	case !ok:
		return
	case len(elements) == 0:
		v.refuse(InvalidRequest, "is empty; give 1 to %d keys", maxDeletions)
	case len(elements) > maxDeletions:
		v.refuse(InvalidRequest, "has %d entries; at most %d are allowed at once", len(elements), maxDeletions)
		return
	}
	seen := map[string]int{} // where each key is
	for i, element := range elements {
		k, ok := readKey(element, cfg.KeyPrefix, c)
		if !ok {
			continue
		}
		if first, again := seen[k.Text]; again {
			element.refuse(InvalidRequest, "is keys[%d] again: give each key once", first)
			continue
		}
		seen[k.Text] = i
		if kind, ok := checkKindOfFile(element, k, cfg, c); ok {
			d.add(k, kind)
		}
	}
}

func (d *deletionsRequest) add(k key.Key, kind config.Kind) {
	if len(d.keys) == 0 || kind.URLLifetime < d.lifetime {
		d.lifetime = kind.URLLifetime
	}
	d.keys = append(d.keys, k)
}
