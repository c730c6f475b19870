package presign

import (
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-lambda-go/events"
)

// parseQuery reads the query of GET /api/documents/signed. It finds everything
// that is wrong, in the contract's order of parameters.
func parseQuery(e events.APIGatewayProxyRequest, cfg Config) (upload, error) {
	var ps problems
	values := queryValues(e)
	one := func(name string) (string, bool) {
		v := values[name]
		if len(v) > 1 {
			ps.add(refuse(InvalidRequest, name, "%s is given %d times", name, len(v)))
		}
		if len(v) != 1 {
			return "", false
		}
		return v[0], true
	}
	u := upload{size: unknownSize}
	name, ok := one("key")
	switch {
	case ok:
		ps.add(checkFilename("key", name))
		u.filename = name
	case len(values["key"]) == 0:
		ps.add(refuse(InvalidRequest, "key", "key is required: the file's name"))
	}
	if s, given := one("contentType"); given || ok && len(values["contentType"]) == 0 {
		t, e := fileType("contentType", s, name, cfg.AllowedTypes)
		u.contentType = t
		ps.add(e)
	}
	if s, given := one("size"); given {
		n, e := parseSize("size", s, min(cfg.MaxSize, maxPutSize))
		if e != nil && e.Code == SizeTooLarge && cfg.MaxSize > maxPutSize {
			e.Message = "a single PutObject takes at most " + strconv.Itoa(maxPutSize) + " bytes; POST /uploads plans larger files"
		}
		u.size = n
		ps.add(e)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if name != "key" && name != "contentType" && name != "size" {
			shown := shorten(name, 64)
			ps.add(refuse(InvalidRequest, shown, "there is no parameter %q", shown))
		}
	}
	return u, ps.err()
}

// queryValues takes the query from where the event has it. API Gateway fills
// both maps; only one of them shows a parameter given twice.
func queryValues(e events.APIGatewayProxyRequest) map[string][]string {
	if len(e.MultiValueQueryStringParameters) > 0 {
		return e.MultiValueQueryStringParameters
	}
	values := make(map[string][]string, len(e.QueryStringParameters))
	for name, v := range e.QueryStringParameters {
		values[name] = []string{v}
	}
	return values
}
