package api

import (
	"maps"
	"slices"

	"github.com/aws/aws-lambda-go/events"
)

// queryObject returns the parameters of a query, sorted by name.
func queryObject(e events.APIGatewayProxyRequest) object {
	values := queryValues(e)
	o := object{memberName: "parameter"}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		m := member{name: name, count: len(values[name])}
		if m.count > 0 {
			m.text = values[name][0]
		}
		o.members = append(o.members, m)
	}
	return o
}

// queryValues returns the query from wherever the event has it. API Gateway fills both maps, and
// only one of them shows that a parameter is given twice.
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
