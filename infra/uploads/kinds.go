package uploads

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"signpost/lambda/config"
)

// Kind is one kind of upload, such as avatars, with limits of its own. A page names the kind of
// each file. What a kind leaves out is the deployment's.
type Kind struct {
	// Name is what pages call the kind: a lower-case letter, then lower-case letters, digits and
	// '-', at most 32 characters. It is part of the keys, uploads/<name>/<user>/…, so files that are
	// stored before a change stay under the old name.
	//
	// Required.
	Name string

	// AllowedTypes are the media types that can be uploaded as this kind.
	//
	// Default: nil, that of Props.
	AllowedTypes []string

	// MaxSize is the size of the largest file of this kind, in bytes. It can be larger than that of
	// Props.
	//
	// Default: 0, that of Props.
	MaxSize int64

	// URLLifetime is how long a signed URL for this kind is valid, in whole seconds: 1 minute to
	// that of Props, since the bucket policy refuses older URLs.
	//
	// Default: 0, that of Props.
	URLLifetime time.Duration

	// ExpireAfterDays is how many days a file of this kind is kept: 1 to Expiry.UploadsAfterDays,
	// since S3 applies the earlier of two expiries ("How Amazon S3 handles conflicts in lifecycle
	// configurations", Amazon S3 User Guide), or to [MaxLifecycleDays] without that. The props need
	// Expiry: the bucket keeps versions, and only Expiry.VersionsAfterDays deletes them.
	//
	// Default: 0, that of Props: Expiry.UploadsAfterDays.
	ExpireAfterDays int

	// RequiredGroup is the Cognito group that callers must be in for this kind, besides
	// Callers.RequiredGroup, so only users of a pool can be. A new pool gets the group. The name has the same rules as that of
	// Callers.RequiredGroup.
	//
	// Default: "". Everybody who may call can use this kind.
	RequiredGroup string

	// RequiredClaims are claims that a caller's token must have for this kind, besides what Callers
	// asks for. Each claim has the values of which the token must have one, as in
	// [Issuer.RequiredClaims].
	//
	// Default: nil. Everybody who may call can use this kind.
	RequiredClaims map[string][]string

	// RequiredMetadata are the names that the metadata of each file must have: lower-case letters,
	// digits, '-', '_' and '.', and at most [config.MaxRequiredMetadata], 10.
	//
	// Default: nil. A file needs no metadata.
	RequiredMetadata []string

	// NoDownloads leaves this kind out of Downloads: no link to read its files is signed.
	//
	// Default: false, that of Props: users can read their files if there is Downloads.
	NoDownloads bool
}

func (p Props) checkKinds(found problems) {
	for i, kind := range p.Kinds {
		in := found.in("Kinds[" + strconv.Itoa(i) + "]")
		if problem := config.KindNameProblem(kind.Name); problem != "" {
			in.add("Name", "%q %s", kind.Name, problem)
		} else if slices.ContainsFunc(p.Kinds[:i], func(other Kind) bool { return other.Name == kind.Name }) {
			in.add("Name", "%q is given twice: give it once", kind.Name)
		}
		kind.check(in, p)
	}
	if p.NoUnnamedKind && len(p.Kinds) == 0 {
		found.add("NoUnnamedKind", "is on, but there are no Kinds, so nothing could be uploaded: add a kind, or leave this out")
	}
}

// check checks all but the name, which must differ from those of the other kinds.
func (k Kind) check(found problems, props Props) {
	checkTypes(found, k.AllowedTypes)
	checkMaxSize(found, k.MaxSize)
	k.checkURLLifetime(found, props.withDefaults().URLLifetime)
	k.checkExpiry(found, props.Expiry)
	checkGroup(found, k.RequiredGroup)
	if k.RequiredGroup != "" && !props.Callers.hasPool() {
		found.add("RequiredGroup", "%q is a group of a user pool, and there is none: write RequiredClaims, such as map[string][]string{\"groups\": {%[1]q}}", k.RequiredGroup)
	}
	for _, problem := range config.RequiredClaims(k.RequiredClaims).Problems() {
		found.add("RequiredClaims", "%s", problem)
	}
	k.checkRequiredMetadata(found, props.Callers.Issuers != nil)
	if k.NoDownloads && props.Downloads == nil {
		found.add("NoDownloads", "is on, but nothing can be read without Downloads: leave it out")
	}
}

func (k Kind) checkURLLifetime(found problems, longest time.Duration) {
	const field = "URLLifetime"
	switch {
	case k.URLLifetime == 0:
	case k.URLLifetime < config.MinURLLifetime:
		found.add(field, "%v is out of range: give 1 minute or more, or 0 for that of Props", k.URLLifetime)
	case k.URLLifetime > longest:
		found.add(field, "%v is longer than that of Props, %v, and the bucket policy refuses older URLs, whatever their kind: raise URLLifetime of Props, and give the other kinds shorter ones", k.URLLifetime, longest)
	default:
		checkWholeSeconds(found, field, k.URLLifetime)
	}
}

func (k Kind) checkExpiry(found problems, expiry *Expiry) {
	const field = "ExpireAfterDays"
	switch {
	case k.ExpireAfterDays == 0:
	case k.ExpireAfterDays < 0 || k.ExpireAfterDays > MaxLifecycleDays:
		found.add(field, "%d is out of range: give 1 to %d days, or 0 for that of Props", k.ExpireAfterDays, MaxLifecycleDays)
	case expiry == nil:
		found.add(field, "needs Expiry with VersionsAfterDays: the bucket keeps versions, so a file that expires only becomes an older one, and without that they are kept forever")
	case expiry.UploadsAfterDays > 0 && k.ExpireAfterDays > expiry.UploadsAfterDays:
		found.add(field, "%d is later than Expiry.UploadsAfterDays %d, which is for every kind, and S3 applies the earlier of the two: give at most %d, or leave out Expiry.UploadsAfterDays and give each kind its own days",
			k.ExpireAfterDays, expiry.UploadsAfterDays, expiry.UploadsAfterDays)
	}
}

// uploadedBy is the name of the metadata that the function itself signs where several users have
// one owner: the subject of the caller.
const uploadedBy = "uploaded-by"

func (k Kind) checkRequiredMetadata(found problems, issuers bool) {
	const field = "RequiredMetadata"
	for i, name := range k.RequiredMetadata {
		if slices.Contains(k.RequiredMetadata[:i], name) {
			found.add(field, "%q is given twice: give it once", name)
		} else if problem := config.RequiredMetadataProblem(name); problem != "" {
			found.add(field, "%q %s", name, problem)
		} else if issuers && name == uploadedBy {
			found.add(field, "%q is signed by the function itself where users share their files, and no page can send it: leave it out", name)
		}
	}
	if len(k.RequiredMetadata) > config.MaxRequiredMetadata {
		found.add(field, "has %d entries, more than a file's metadata can have: give at most %d", len(k.RequiredMetadata), config.MaxRequiredMetadata)
	}
}

// largestFile is the size of the largest file that can be uploaded, of whatever kind.
func (p Props) largestFile() int64 {
	unnamed := cmp.Or(p.MaxSize, config.DefaultMaxSize)
	largest := unnamed
	if p.NoUnnamedKind && len(p.Kinds) > 0 {
		largest = 0
	}
	for _, kind := range p.Kinds {
		largest = max(largest, cmp.Or(kind.MaxSize, unnamed))
	}
	return largest
}

// kindsConfig returns the kinds as the functions read them. Only S3 needs to know when files
// expire.
func kindsConfig(kinds []Kind) (all []config.Kind) {
	for _, kind := range kinds {
		all = append(all, config.Kind{
			Name:             kind.Name,
			AllowedTypes:     kind.AllowedTypes,
			MaxSize:          kind.MaxSize,
			URLLifetime:      kind.URLLifetime,
			RequiredGroup:    kind.RequiredGroup,
			RequiredClaims:   kind.RequiredClaims,
			RequiredMetadata: kind.RequiredMetadata,
			NoDownloads:      kind.NoDownloads,
		})
	}
	return all
}

// kindExpiry are the lifecycle rules of the kinds that expire earlier than the others. No name of a
// kind is as long as the id of a user, so the prefix of a kind holds nothing of another kind.
func kindExpiry(props Props) (rules []*awss3.LifecycleRule) {
	for _, kind := range props.Kinds {
		if kind.ExpireAfterDays > 0 {
			rules = append(rules, &awss3.LifecycleRule{
				Id:         jsii.String("ExpireKind-" + kind.Name),
				Prefix:     jsii.String(props.KeyPrefix + kind.Name + "/"),
				Expiration: days(kind.ExpireAfterDays),
			})
		}
	}
	return rules
}

// kindPrefixes are what the keys of each kind begin with.
func (p Props) kindPrefixes() (all []string) {
	for _, kind := range p.Kinds {
		all = append(all, cmp.Or(p.KeyPrefix, config.DefaultKeyPrefix)+kind.Name+"/")
	}
	return all
}

// addGroups adds the groups that callers must be in to a new pool, each once.
func addGroups(pool awscognito.UserPool, props Props) {
	add := func(id, group, description string) {
		pool.AddGroup(jsii.String(id), &awscognito.UserPoolGroupOptions{
			GroupName:   jsii.String(group),
			Description: jsii.String(description),
		})
	}
	if group := props.Callers.RequiredGroup; group != "" {
		add("Group", group, "Users who may upload")
	}
	kindsOf := map[string][]string{}
	for _, kind := range props.Kinds {
		if kind.RequiredGroup != "" && kind.RequiredGroup != props.Callers.RequiredGroup {
			kindsOf[kind.RequiredGroup] = append(kindsOf[kind.RequiredGroup], kind.Name)
		}
	}
	for _, group := range sortedKeys(kindsOf) {
		// CDK replaces the slash, which separates ids, by "--". A comma is in no name of a group.
		id := "Group-" + strings.ReplaceAll(group, "/", ",")
		add(id, group, "Users who may upload files of kind "+strings.Join(kindsOf[group], ", "))
	}
}
