package config

import (
	"fmt"
	"slices"
	"time"
)

// kinds is a list of kinds in JSON, "" if there are none. A field that is left out is the
// deployment's.
type kinds struct {
	list    *[]Kind
	longest *time.Duration // the deployment's lifetime of URLs

	lambdaAuthorizer *bool // whether UploadedByMetadata is reserved
}

// kindJSON is how a kind is written. The names are short, since the environment of a function has
// 4 KB ("Lambda quotas", AWS Lambda Developer Guide).
type kindJSON struct {
	Name             string         `json:"name"`
	AllowedTypes     []string       `json:"types,omitempty"`
	MaxSize          int64          `json:"maxSize,omitempty"`     // bytes
	URLLifetime      int64          `json:"urlLifetime,omitempty"` // seconds
	RequiredGroup    string         `json:"group,omitempty"`
	RequiredClaims   RequiredClaims `json:"claims,omitempty"`
	RequiredMetadata []string       `json:"metadata,omitempty"`
	NoDownloads      bool           `json:"noDownloads,omitempty"`
}

func (ks kinds) write() string {
	if len(*ks.list) == 0 {
		return ""
	}
	written := make([]kindJSON, len(*ks.list))
	for i, k := range *ks.list {
		written[i] = kindJSON{
			k.Name, k.AllowedTypes, k.MaxSize, int64(k.URLLifetime / time.Second), k.RequiredGroup, k.RequiredClaims, k.RequiredMetadata, k.NoDownloads,
		}
	}
	return compactJSON(written)
}

func (ks kinds) read(s string) error {
	*ks.list = nil
	if s == "" {
		return nil
	}
	var read []kindJSON
	if err := readJSON(s, &read); err != nil {
		return fmt.Errorf("is not a list of kinds in JSON: %w", err)
	}
	for _, k := range read {
		lifetime := time.Duration(k.URLLifetime) * time.Second
		if k.URLLifetime < 0 || k.URLLifetime > int64(MaxLongURLLifetime/time.Second) {
			lifetime = -1 // a larger number could overflow into a valid duration
		}
		*ks.list = append(*ks.list, Kind{k.Name, k.AllowedTypes, k.MaxSize, lifetime, k.RequiredGroup, k.RequiredClaims, k.RequiredMetadata, k.NoDownloads})
	}
	return nil
}

func (ks kinds) problems() (found []string) {
	longest := *ks.longest
	if longest <= 0 { // a problem of its own, which is not that of each kind
		longest = MaxLongURLLifetime
	}
	seen := map[string]bool{}
	for _, k := range *ks.list {
		if problem := KindNameProblem(k.Name); problem != "" {
			found = append(found, fmt.Sprintf("%q %s", k.Name, problem))
		} else if seen[k.Name] {
			found = append(found, fmt.Sprintf("%q is given twice", k.Name))
		}
		seen[k.Name] = true
		for _, problem := range k.problems(longest) {
			found = append(found, fmt.Sprintf("%q: %s", k.Name, problem))
		}
		if *ks.lambdaAuthorizer && slices.Contains(k.RequiredMetadata, UploadedByMetadata) {
			found = append(found, fmt.Sprintf("%q: metadata %q can't be required: the function itself adds it, and callers can't", k.Name, UploadedByMetadata))
		}
	}
	return found
}

// closing is the flag that closes the unnamed kind, which only makes sense if there are others.
type closing struct {
	flag
	kinds *[]Kind
}

func (c closing) problems() []string {
	if *c.on && len(*c.kinds) == 0 {
		return []string{"can't be true without kinds: then nothing could be uploaded"}
	}
	return nil
}
