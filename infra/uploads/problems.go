package uploads

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"signpost/lambda/mediatype"
)

// Problem is one thing wrong with the props.
type Problem struct {
	Field   string // the Go field, "AllowedOrigins"
	Message string // what is wrong and what would be right, on one line
}

// PropsError holds every problem of one set of props, in the order of the fields.
type PropsError struct{ Problems []Problem }

// Error is one line a problem: "AllowedOrigins: …".
func (e *PropsError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, problem := range e.Problems {
		lines[i] = problem.Field + ": " + problem.Message
	}
	return strings.Join(lines, "\n")
}

func (e *PropsError) add(field, format string, args ...any) {
	e.Problems = append(e.Problems, Problem{field, fmt.Sprintf(format, args...)})
}

// Validate reports everything that is wrong with the props, as a [*PropsError], or nil.
// It makes no construct and needs no CDK app.
func (p Props) Validate() error {
	found := &PropsError{}
	if p.Code == nil {
		found.add("Code", "is missing: give the upload function's built code, as package build makes it")
	}
	p.validateOrigins(found)
	p.validateCallers(found)
	p.validateLimits(found)
	p.validateMultipart(found)
	p.validateDownloads(found)
	p.validateTypes(found)
	p.validateFiles(found)
	p.validateLoad(found)
	p.validateThrottle(found)
	p.validateEvidence(found)
	p.validateNetwork(found)
	p.validateOrganisation(found)
	if len(found.Problems) == 0 {
		return nil
	}
	slices.SortStableFunc(found.Problems, func(a, b Problem) int { return place(a.Field) - place(b.Field) })
	return found
}

// place is where a field stands among the props.
func place(name string) int {
	field, _ := reflect.TypeFor[Props]().FieldByName(name)
	return field.Index[0]
}

func (p Props) validateOrigins(found *PropsError) {
	const field = "AllowedOrigins"
	if len(p.AllowedOrigins) == 0 {
		found.add(field, `names no origin: give each page's own, such as "https://app.example.com"`)
	}
	for i, origin := range p.AllowedOrigins {
		if slices.Contains(p.AllowedOrigins[:i], origin) {
			found.add(field, "%q is there twice: name it once", origin)
		} else if why := originProblem(origin); why != "" {
			found.add(field, "%q %s", origin, why)
		}
	}
	// "Lambda quotas": 4 KB for all environment variables together.
	if total := len(strings.Join(p.AllowedOrigins, ",")); total > maxJoined {
		found.add(field, "are %d characters in all, over the %d that the function's environment has room for: name fewer", total, maxJoined)
	}
}

// maxJoined is how long each list may be once joined by commas, so that all that the function is
// told fits into Lambda's 4 KB, with 1,400 characters for everything else.
const maxJoined = 1300

func (p Props) validateLimits(found *PropsError) {
	longest, leave := MaxURLLifetime, ", or up to 60 with AllowLongURLs"
	if p.AllowLongURLs {
		longest, leave = MaxLongURLLifetime, ""
	}
	switch lifetime := p.withDefaults().URLLifetime; {
	case lifetime < MinURLLifetime || lifetime > longest:
		found.add("URLLifetime", "%v is out of range: give %.0f to %.0f minutes%s", lifetime, MinURLLifetime.Minutes(), longest.Minutes(), leave)
	case lifetime%time.Second != 0:
		found.add("URLLifetime", "%v has a part of a second: give whole seconds", lifetime)
	}
	if size := p.withDefaults().MaxSize; size < 1 || size > MaxObjectSize {
		found.add("MaxSize", "%d is out of range: give 1 to %d bytes (48.8 TiB, the largest S3 object: 10,000 parts of 5 GiB)", size, MaxObjectSize)
	}
}

func (p Props) validateMultipart(found *PropsError) {
	p = p.withDefaults()
	if p.MultipartThreshold < MinMultipartThreshold || p.MultipartThreshold > MaxPutSize {
		found.add("MultipartThreshold", "%d is out of range: give %d (5 MiB, the least size of a part) to %d bytes (5 GiB, the most that one S3 PutObject takes)",
			p.MultipartThreshold, MinMultipartThreshold, MaxPutSize)
	}
	if p.ResumableUploads && !p.multipart() {
		found.add("ResumableUploads", "is on, but no file is sent in parts: MaxSize %d is not above MultipartThreshold %d; change one of the three", p.MaxSize, p.MultipartThreshold)
	}
}

func (p Props) validateDownloads(found *PropsError) {
	if p.Downloads && p.DownloadCode == nil {
		found.add("DownloadCode", "is missing, and Downloads is on: give the download function's built code, as package build makes it")
	}
	if !p.Downloads && p.DownloadCode != nil {
		found.add("DownloadCode", "is given, but Downloads is off: turn it on or give no code")
	}
}

func (p Props) validateTypes(found *PropsError) {
	const field = "AllowedTypes"
	if p.AllowedTypes != nil && len(p.AllowedTypes) == 0 {
		found.add(field, `names no type: give at least one, such as "image/png", or nil for the default`)
	}
	for i, t := range p.AllowedTypes {
		if slices.Contains(p.AllowedTypes[:i], t) {
			found.add(field, "%q is there twice: name it once", t)
		} else if why := mediatype.PatternProblem(t); why != "" {
			found.add(field, "%q %s", t, why)
		}
	}
	if total := len(strings.Join(p.AllowedTypes, ",")); total > maxJoined {
		found.add(field, "are %d characters in all, over the %d that the function's environment has room for: name fewer, or a family such as image/*", total, maxJoined)
	}
}

func (p Props) validateThrottle(found *PropsError) {
	p = p.withDefaults()
	if !(p.ThrottleRate > 0 && p.ThrottleRate <= MaxThrottleRate) { // NaN is neither
		found.add("ThrottleRate", "%v is out of range: give more than 0 and at most %d requests a second", p.ThrottleRate, MaxThrottleRate)
	}
	if p.ThrottleBurst < 1 || p.ThrottleBurst > MaxThrottleBurst {
		found.add("ThrottleBurst", "%d is out of range: give 1 to %d requests", p.ThrottleBurst, MaxThrottleBurst)
	}
	if _, ok := logRetentions[p.LogRetentionDays]; !ok {
		days := slices.Sorted(maps.Keys(logRetentions))
		found.add("LogRetentionDays", "%d is not a number of days that CloudWatch Logs takes: give one of %s", p.LogRetentionDays, strings.Trim(fmt.Sprint(days), "[]"))
	}
}
