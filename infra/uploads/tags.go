package uploads

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// MaxTags is how many Tags and RoleTags there can be: a role can have 50 ("IAM and AWS STS quotas",
// IAM User Guide), as most other resources, and two are left for tags of the stack around the
// construct.
const MaxTags = 48

// tagKeyForm and tagValueForm follow "Rules for tagging in IAM and AWS STS" (IAM User Guide), the
// strictest of the services here.
var (
	tagKeyForm   = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$`)
	tagValueForm = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$`)
)

func (p Props) checkTags(found problems) {
	checkTagForms(found, "RoleTags", p.RoleTags)
	for _, key := range sortedKeys(p.RoleTags) {
		if other, both := p.Tags[key]; both && other != p.RoleTags[key] {
			found.add("RoleTags", "%q is %q here, and %q in Tags, which tags roles too: give it one value", key, p.RoleTags[key], other)
		}
	}
	checkTagForms(found, "Tags", p.Tags)
	if all := len(p.RoleTags) + len(p.Tags); all > MaxTags {
		found.add("Tags", "and RoleTags have %d entries together: give at most %d in all, which leaves two for the stack", all, MaxTags)
	}
}

func checkTagForms(found problems, field string, tags map[string]string) {
	for _, key := range sortedKeys(tags) {
		switch {
		case !tagKeyForm.MatchString(key):
			found.add(field, "%q is not a tag's key: use letters, digits, spaces and _.:/=+-@, 1 to 128", key)
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			found.add(field, `%q begins with "aws:", which is reserved for AWS: choose another key`, key)
		case !tagValueForm.MatchString(tags[key]):
			found.add(field, "%q has a value that no tag can have: use letters, digits, spaces and _.:/=+-@, at most 256", key)
		}
	}
}

// tag tags every resource within scope.
func tag(scope constructs.IConstruct, tags map[string]string) {
	for _, key := range sortedKeys(tags) {
		awscdk.Tags_Of(scope).Add(jsii.String(key), jsii.String(tags[key]), nil)
	}
}

// sortedKeys returns the keys of a map in one order, so that the template is deterministic.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
