package template_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// checkBucketPolicies: the policies of buckets allow nothing, except S3 to write its access log;
// and the upload bucket refuses what it should. Under which circumstances is in the tables of
// test/iam; here is what depends on props.
func checkBucketPolicies(t *template, want asked) (found complaints) {
	bucket := t.uploadBucket().id
	refusals := []string{"DenyOldSignedUrls", "DenyOverwriting", "DenyPostForms", "DenySignatureVersion2"}
	if want.sourceRanges {
		refusals = append(refusals, "DenyOtherNetworks")
	}
	if want.malwareScan {
		refusals = append(refusals, "NoReadUnlessClean", "NoReplicationAroundTheScan", "OnlyGuardDutyCanTagScanStatus")
	}
	var got []string
	for _, policy := range t.of("AWS::S3::BucketPolicy") {
		ofUploads := reference(policy.Properties["Bucket"]) == bucket
		for _, one := range statements(policy.Properties["PolicyDocument"]) {
			switch {
			case one.Effect != "Deny" && (ofUploads || one.Principal != `{"Service":"logging.s3.amazonaws.com"}`):
				found.add("%s allows %s %v", policy.id, one.Principal, one.Actions)
			case ofUploads && one.Sid != "null": // CDK's own refusal of plain HTTP has no Sid
				got = append(got, one.Sid)
				found.equal(one.Sid+" is for", one.Principal, `{"AWS":"*"}`)
			}
			if one.Sid == "DenyOtherNetworks" {
				found.equal("the networks' resources", one.Resources, []string{t.uploads(want)})
				found.equal("whether deletions come only from the networks", slices.Contains(one.Actions, "s3:DeleteObject"), want.deletions)
			}
		}
	}
	slices.Sort(got)
	slices.Sort(refusals)
	found.equal("the upload bucket's refusals", got, refusals)
	return found
}

// checkSignatureAge: the bucket refuses a signed URL once it is older than any that the functions
// sign. S3 counts in milliseconds, and takes the number as a string.
func checkSignatureAge(t *template, _ asked) (found complaints) {
	for _, function := range t.of("AWS::Lambda::Function") {
		if function.Properties["Handler"] == "authorize" {
			continue // it signs nothing
		}
		seconds, _ := strconv.Atoi(fmt.Sprint(function.env()["URL_LIFETIME_SECONDS"]))
		condition := at(t.refusal("DenyOldSignedUrls"), "Condition", "NumericGreaterThan")
		found.equal("the oldest signature that the bucket takes", condition, map[string]string{"s3:signatureAge": strconv.Itoa(seconds * 1000)})
	}
	return found
}

// refusal is the statement of the upload bucket's policy with this Sid.
func (t *template) refusal(sid string) map[string]any {
	for _, policy := range t.of("AWS::S3::BucketPolicy") {
		for _, one := range list(at(policy.Properties, "PolicyDocument", "Statement")) {
			if at(one, "Sid") == sid {
				return one.(map[string]any)
			}
		}
	}
	return nil
}

// checkBucketCORS: only pages of the allowed origins may send what the features need.
func checkBucketCORS(t *template, want asked) (found complaints) {
	methods := []string{"PUT"}
	if want.multipart {
		methods = append(methods, "POST")
	}
	if want.downloads || want.listings || want.scans || want.resumable {
		methods = append(methods, "GET")
	}
	if want.deletions || want.resumable {
		methods = append(methods, "DELETE")
	}
	rules := list(at(t.uploadBucket().Properties, "CorsConfiguration", "CorsRules"))
	found.equal("the number of CORS rules", len(rules), 1)
	for _, rule := range rules {
		found.equal("the bucket's origins", at(rule, "AllowedOrigins"), want.origins)
		found.equal("the bucket's methods", at(rule, "AllowedMethods"), methods)
		if slices.Contains(texts(at(rule, "AllowedHeaders")), "*") {
			found.add("the bucket lets pages send every header")
		}
	}
	for _, bucket := range t.of("AWS::S3::Bucket") {
		if bucket.id != t.uploadBucket().id && bucket.Properties["CorsConfiguration"] != nil {
			found.add("%s answers browsers too", bucket.id)
		}
	}
	return found
}

// checkExpiry: unfinished uploads expire. Stored objects are kept, unless the props limit that, and
// then only uploads expire.
func checkExpiry(t *template, want asked) (found complaints) {
	days, versionDays := 0.0, 0.0
	unfinished, kindDays := false, map[string]float64{}
	for _, rule := range list(at(t.uploadBucket().Properties, "LifecycleConfiguration", "Rules")) {
		unfinished = unfinished || at(rule, "AbortIncompleteMultipartUpload", "DaysAfterInitiation") == 1.0
		expires, _ := at(rule, "ExpirationInDays").(float64)
		olderExpire, _ := at(rule, "NoncurrentVersionExpiration", "NoncurrentDays").(float64)
		prefix := fmt.Sprint(at(rule, "Prefix"))
		if folder, ofKind := strings.CutPrefix(prefix, want.prefix); ofKind && folder != "" && olderExpire == 0 {
			kindDays[folder] += expires
			continue
		}
		days, versionDays = days+expires, versionDays+olderExpire
		if expires+olderExpire > 0 && prefix != want.prefix {
			found.add("%v is of more than the uploads", at(rule, "Id"))
		}
	}
	wantDays := map[string]float64{}
	for _, kind := range want.kinds {
		if kind.ExpireAfterDays > 0 {
			wantDays[kind.Name+"/"] = float64(kind.ExpireAfterDays)
		}
	}
	found.equal("the days until files of a kind expire", kindDays, wantDays)
	if !unfinished {
		found.add("unfinished uploads stay")
	}
	found.equal("the days until uploads and older versions expire", []float64{days, versionDays}, []float64{float64(want.expireDays), float64(want.expireVersionsDays)})
	return found
}

// checkScan: GuardDuty scans all that users upload, and starts once the bucket's policy lets it.
func checkScan(t *template, want asked) (found complaints) {
	plans := t.of("AWS::GuardDuty::MalwareProtectionPlan")
	found.equal("whether uploads are scanned", len(plans) == 1, want.malwareScan)
	for _, plan := range plans {
		found.equal(plan.id+"'s prefixes", at(plan.Properties, "ProtectedResource", "S3Bucket", "ObjectPrefixes"), []string{want.prefix})
		if !strings.Contains(strings.Join(texts(plan.DependsOn), " "), "UploadsBucketPolicy") {
			found.add("%s does not wait for the bucket's policy: %v", plan.id, plan.DependsOn)
		}
	}
	return found
}
