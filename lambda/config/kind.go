package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"signpost/lambda/ascii"
	"signpost/lambda/mediatype"
)

// Kind is one kind of upload: what may be uploaded as an avatar, as a document, as a film. A field
// that is zero means what the deployment says; [Shared.Kind] and [Upload.Kind] fill those in.
//
// A kind with no name is the deployment's own limits: the kind of every file for which a caller
// names none.
type Kind struct {
	Name             string         // a segment of the kind's keys: "avatar"
	AllowedTypes     []string       // media types that may be stored
	MaxSize          int64          // largest file, in bytes: 1 to MaxObjectSize
	URLLifetime      time.Duration  // lifetime of a signed URL, in whole seconds, at most the deployment's
	RequiredGroup    string         // Cognito group that callers must be in, besides the deployment's
	RequiredClaims   RequiredClaims // claims that a caller's token must have, besides the deployment's
	RequiredMetadata []string       // names that the metadata of each file must have, in lower case
	NoDownloads      bool           // whether no reads are signed
}

// maxKindName keeps the name of a kind shorter than every owner that Cognito makes: a sub is a UUID
// and has 36 characters. So uploads/avatar/ is never a user's folder, and a lifecycle rule for a
// kind's prefix never meets another kind's files.
const maxKindName = 32

// MaxRequiredMetadata is the largest number of names that a kind can require: as many as one file's
// metadata can have.
const MaxRequiredMetadata = 10

// KindNameProblem returns what is wrong with the name of a kind, to be read after the quoted value;
// "" means that it is valid.
func KindNameProblem(s string) string {
	if s == "" || len(s) > maxKindName || !ascii.ConsistsOf(s[:1], ascii.Lower) || !ascii.ConsistsOf(s, ascii.Lower+ascii.Digits+"-") {
		return fmt.Sprintf("is not a kind's name: give a lower-case letter, then lower-case letters, digits and '-', at most %d characters", maxKindName)
	}
	return ""
}

// problems returns what is wrong with a kind by itself, each to be read after the kind's name.
func (k Kind) problems(longest time.Duration) (found []string) {
	for _, mediaType := range k.AllowedTypes {
		if problem := mediatype.PatternProblem(mediaType); problem != "" {
			found = append(found, fmt.Sprintf("type %q %s", mediaType, problem))
		}
	}
	if k.MaxSize < 0 || k.MaxSize > MaxObjectSize {
		found = append(found, fmt.Sprintf("size %d must be from 1 to %d bytes", k.MaxSize, MaxObjectSize))
	}
	if k.URLLifetime < 0 || k.URLLifetime > longest || k.URLLifetime%time.Second != 0 {
		found = append(found, fmt.Sprintf("lifetime must be whole seconds, from 1 to %d as the deployment has", longest/time.Second))
	}
	if problem := GroupProblem(k.RequiredGroup); k.RequiredGroup != "" && problem != "" {
		found = append(found, fmt.Sprintf("group %q %s", k.RequiredGroup, problem))
	}
	for _, problem := range k.RequiredClaims.Problems() {
		found = append(found, "required claim "+problem)
	}
	if len(k.RequiredMetadata) > MaxRequiredMetadata {
		found = append(found, fmt.Sprintf("requires %d names of metadata; a file can have at most %d", len(k.RequiredMetadata), MaxRequiredMetadata))
	}
	for i, name := range k.RequiredMetadata {
		if problem := RequiredMetadataProblem(name); problem != "" {
			found = append(found, fmt.Sprintf("metadata %q %s", name, problem))
		} else if slices.Contains(k.RequiredMetadata[:i], name) {
			found = append(found, fmt.Sprintf("metadata %q is given twice", name))
		}
	}
	return found
}

// MaxMetadataName keeps the names of metadata, which a signed URL repeats, from filling the 8 KB
// that S3 accepts of a request line and headers ("Working with object metadata", Amazon S3 User
// Guide).
const MaxMetadataName = 128

// MetadataNameChars are the characters of a name of metadata, which becomes part of a header name.
const MetadataNameChars = ascii.Alphanumeric + "-_."

// UploadedByMetadata is the name of the metadata that says who of several callers with one owner
// uploaded a file. A function adds it itself, so it is reserved where a function verifies the
// tokens, whether a caller shares an owner or not.
const UploadedByMetadata = "uploaded-by"

// RequiredMetadataProblem returns what is wrong with a name that a kind requires, to be read after
// the quoted value; "" means that it is valid. S3 stores names in lower case.
func RequiredMetadataProblem(s string) string {
	if s == "" || len(s) > MaxMetadataName || !ascii.ConsistsOf(s, MetadataNameChars) || strings.ToLower(s) != s {
		return fmt.Sprintf("is not a name of metadata: give 1 to %d lower-case letters, digits, '-', '_' and '.'", MaxMetadataName)
	}
	return ""
}

// Kind returns the kind with that name and its lifetime of URLs, and whether there is one. The kind
// with no name is always there, since files may be stored without one.
func (s Shared) Kind(name string) (Kind, bool) {
	if name == "" {
		return Kind{URLLifetime: s.URLLifetime}, true
	}
	for _, k := range s.Kinds {
		if k.Name == name {
			k.URLLifetime = cmp.Or(k.URLLifetime, s.URLLifetime)
			return k, true
		}
	}
	return Kind{}, false
}

// Kind returns the kind with that name, with all that it leaves out filled in, and whether files
// can be uploaded as one.
func (u Upload) Kind(name string) (Kind, bool) {
	k, ok := u.Shared.Kind(name)
	if !ok || name == "" && u.NoUnnamedKind {
		return Kind{}, false
	}
	if len(k.AllowedTypes) == 0 {
		k.AllowedTypes = u.AllowedTypes
	}
	k.MaxSize = cmp.Or(k.MaxSize, u.MaxSize)
	return k, true
}

// KindsForUpload returns every kind that files can be uploaded as, the unnamed one first, with all
// that they leave out filled in.
func (u Upload) KindsForUpload() (all []Kind) {
	for _, k := range append([]Kind{{}}, u.Kinds...) {
		if k, ok := u.Kind(k.Name); ok {
			all = append(all, k)
		}
	}
	return all
}
