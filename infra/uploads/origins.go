package uploads

import (
	"slices"
	"strings"

	"signpost/lambda/config"
)

// maxJoined limits the length of the allowed origins, joined by commas, and likewise of the allowed
// types. All variables of a function together have 4 KB ("Lambda quotas", AWS Lambda Developer
// Guide); this leaves 1,400 characters for the others.
const maxJoined = 1300

func checkOrigins(found problems, origins []string) {
	const field = "AllowedOrigins"
	if len(origins) == 0 {
		found.add(field, `is empty: give the origin of each page, such as "https://app.example.com"`)
	}
	for i, origin := range origins {
		if slices.Contains(origins[:i], origin) {
			found.add(field, "%q is given twice: give it once", origin)
		} else if problem := config.OriginProblem(origin); problem != "" {
			found.add(field, "%q %s", origin, problem)
		}
	}
	if total := len(strings.Join(origins, ",")); total > maxJoined {
		found.add(field, "has %d characters in all, and the function's environment has room for %d: give fewer", total, maxJoined)
	}
}
