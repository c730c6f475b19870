package uploads

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"signpost/lambda/config"
	"signpost/lambda/mediatype"
)

// The checks of the limits of what can be uploaded: types, size, the lifetime of signed URLs, and
// the key prefix. Props and Kind document them, and lambda/config has the numbers.

func checkTypes(found problems, types []string) {
	const field = "AllowedTypes"
	if types != nil && len(types) == 0 {
		found.add(field, `is empty: give at least one type, such as "image/png", or nil for the default`)
	}
	for i, mediaType := range types {
		if slices.Contains(types[:i], mediaType) {
			found.add(field, "%q is given twice: give it once", mediaType)
		} else if problem := mediatype.PatternProblem(mediaType); problem != "" {
			found.add(field, "%q %s", mediaType, problem)
		}
	}
	if total := len(strings.Join(types, ",")); total > maxJoined {
		found.add(field, "has %d characters in all, and the function's environment has room for %d: give fewer, or a family such as image/*", total, maxJoined)
	}
}

func checkMaxSize(found problems, size int64) {
	if size := cmp.Or(size, config.DefaultMaxSize); size < 1 || size > config.MaxObjectSize {
		found.add("MaxSize", "%d is out of range: give 1 to %d bytes (48.8 TiB, the largest S3 object: 10,000 parts of 5 GiB)", size, config.MaxObjectSize)
	}
}

func checkURLLifetime(found problems, lifetime time.Duration, allowLong bool) {
	longest, hint := config.MaxURLLifetime, ", or up to 60 with AllowLongURLs"
	if allowLong {
		longest, hint = config.MaxLongURLLifetime, ""
	}
	switch lifetime := cmp.Or(lifetime, config.DefaultURLLifetime); {
	case lifetime < config.MinURLLifetime || lifetime > longest:
		found.add("URLLifetime", "%v is out of range: give %.0f to %.0f minutes%s", lifetime, config.MinURLLifetime.Minutes(), longest.Minutes(), hint)
	default:
		checkWholeSeconds(found, "URLLifetime", lifetime)
	}
}

func checkWholeSeconds(found problems, field string, lifetime time.Duration) {
	if lifetime%time.Second != 0 {
		found.add(field, "%v has a fraction of a second: give whole seconds", lifetime)
	}
}

func checkKeyPrefix(found problems, prefix string) {
	if problem := config.KeyPrefixProblem(prefix); prefix != "" && problem != "" {
		found.add("KeyPrefix", "%q %s", prefix, problem)
	}
}
