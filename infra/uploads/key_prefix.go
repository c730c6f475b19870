package uploads

import "regexp"

// keyPrefixForm leaves just what a URL carries unescaped, so that a key and its path are the same
// text, and no part that a file system or a browser would take for a step up or for nothing.
var keyPrefixForm = regexp.MustCompile(`^([A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*/)+$`)

// maxKeyPrefix leaves room in a key's 1,024 bytes for the caller, the id and the name
// ("Naming Amazon S3 objects", Amazon S3 User Guide).
const maxKeyPrefix = 200

func (p Props) validateFiles(found *PropsError) {
	if p.KeyPrefix != "" && (len(p.KeyPrefix) > maxKeyPrefix || !keyPrefixForm.MatchString(p.KeyPrefix)) {
		found.add("KeyPrefix", "%q is not a prefix: write letters, digits, '-', '_' and '.', with a slash after each part and none before, such as %q; at most %d in all", p.KeyPrefix, DefaultKeyPrefix, maxKeyPrefix)
	}
	for _, days := range []struct {
		field string
		value int
	}{{"ExpireAfterDays", p.ExpireAfterDays}, {"ExpireVersionsAfterDays", p.ExpireVersionsAfterDays}} {
		if days.value < 0 || days.value > MaxLifecycleDays {
			found.add(days.field, "%d is out of range: give 1 to %d days, or 0 to keep them", days.value, MaxLifecycleDays)
		}
	}
	if p.ExpireAfterDays > 0 && p.ExpireVersionsAfterDays == 0 {
		found.add("ExpireAfterDays", "needs ExpireVersionsAfterDays: the bucket keeps versions, so what expires only becomes an older one, and those would stay for good")
	}
	found.arn("KeyARN", "KMS key", p.KeyARN)
	if p.OwnKey && p.KeyARN != "" {
		found.add("OwnKey", "asks for a new key, and KeyARN names one: choose one of the two")
	}
}

func (p Props) validateLoad(found *PropsError) {
	if p.MemoryMB != 0 && (p.MemoryMB < MinMemoryMB || p.MemoryMB > MaxMemoryMB) {
		found.add("MemoryMB", "%d is out of range: give %d to %d MB", p.MemoryMB, MinMemoryMB, MaxMemoryMB)
	}
	most, functions := MaxReservedConcurrency, ""
	if p.Downloads {
		most, functions = MaxReservedConcurrency/2, ", since Downloads makes a second function"
	}
	if p.ReservedConcurrency < 0 || p.ReservedConcurrency > most {
		found.add("ReservedConcurrency", "%d is out of range: give 1 to %d%s, or 0 to set nothing aside", p.ReservedConcurrency, most, functions)
	}
}
