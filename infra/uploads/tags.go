package uploads

import (
	"regexp"
	"strings"
)

// tagKeyForm and tagValueForm follow "Rules for tagging in IAM and AWS STS" (IAM User Guide), the
// strictest of the services here.
var (
	tagKeyForm   = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$`)
	tagValueForm = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$`)
)

func (p Props) validateOrganisation(found *PropsError) {
	found.arn("PermissionsBoundaryARN", "managed policy", p.PermissionsBoundaryARN)
	validateTags(found, "RoleTags", p.RoleTags)
	validateTags(found, "Tags", p.Tags)
	for _, key := range sortedKeys(p.RoleTags) {
		if other, both := p.Tags[key]; both && other != p.RoleTags[key] {
			found.add("RoleTags", "%q is %q there, and %q in Tags, which tags roles too: give it one value", key, p.RoleTags[key], other)
		}
	}
	// Two more are the stack's own.
	if all := len(p.RoleTags) + len(p.Tags); all > MaxTags-2 {
		found.add("Tags", "and RoleTags are %d, more than a role can have: name at most %d in all", all, MaxTags-2)
	}
}

func validateTags(found *PropsError, field string, tags map[string]string) {
	for _, key := range sortedKeys(tags) {
		switch {
		case !tagKeyForm.MatchString(key):
			found.add(field, "%q is not a tag's key: use letters, digits, spaces and _.:/=+-@, 1 to 128", key)
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			found.add(field, `%q begins with "aws:", which is AWS's own: choose another key`, key)
		case !tagValueForm.MatchString(tags[key]):
			found.add(field, "%q has a value that no tag can have: use letters, digits, spaces and _.:/=+-@, at most 256", key)
		}
	}
}
