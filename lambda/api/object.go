package api

import "github.com/aws/aws-lambda-go/events"

// object is a JSON object or a query, split into its members.
type object struct {
	path       string // what messages call it: "parts[3]"; "" for the request itself
	field      string // the field that refusals of its members name; "" if each member is itself a field
	memberName string // what messages call its members: "field" or "parameter"
	members    []member
}

// field is a member that an object may have.
type field struct {
	name     string
	required bool
	holds    string      // what it holds, if its name doesn't say that
	read     func(value) // reads a value that is given once
	absent   func(value) // if not nil, called if the field is not given; the value has only its names
}

// jsonObject returns the JSON object in the body of a request.
func jsonObject(e events.APIGatewayProxyRequest) (object, error) {
	body, err := jsonBody(e)
	if err != nil {
		return object{}, err
	}
	members, err := parseJSON(body)
	return object{memberName: "field", members: members}, err
}

// object splits a JSON object into its members. wanted is what messages call it: "an object of
// strings".
func (v value) object(wanted string) (object, bool) {
	if v.jsonType() != "an object" {
		v.refuse(InvalidRequest, "must be %s, not %s", wanted, v.jsonType())
		return object{}, false
	}
	members, err := splitObject(v.json)
	if err != nil { // can't happen: the whole body has been found to be valid
		v.refuse(InvalidJSON, "is not a valid JSON object")
		return object{}, false
	}
	return object{path: v.name, field: v.field, memberName: "field", members: members}, true
}

// read reads the fields, in the order given, and reports everything that is wrong: first with the
// fields themselves; then, if they are all valid, with how they go together, which check reports
// and may be nil; then every unknown name.
func (o object) read(found *problems, fields []field, check func()) {
	before := found.count
	for _, f := range fields {
		o.readField(found, f)
	}
	if check != nil && found.count == before {
		check()
	}
	for _, m := range o.members {
		if !isKnown(m.name, fields) {
			o.refuseUnknown(found, shorten(m.name, 64))
		}
	}
}

// readField reads one field. An optional field that is null counts as not given, because typed
// clients send that.
func (o object) readField(found *problems, f field) {
	m := o.member(f.name)
	v := value{name: f.name, field: f.name, json: m.json, text: m.text, found: found}
	if o.path != "" {
		v.name, v.field = o.path+"."+f.name, o.field
	}
	switch {
	case m.count > 2:
		v.refuse(InvalidRequest, "is given %d times", m.count)
	case m.count == 2:
		v.refuse(InvalidRequest, "is given twice")
	case m.count == 1 && (f.required || !v.isNull()):
		f.read(v)
	case f.required && f.holds != "":
		v.refuse(InvalidRequest, "is required: %s", f.holds)
	case f.required:
		v.refuse(InvalidRequest, "is required")
	case f.absent != nil:
		f.absent(v)
	}
}

func (o object) member(name string) member {
	for _, m := range o.members {
		if m.name == name {
			return m
		}
	}
	return member{}
}

func (o object) refuseUnknown(found *problems, name string) {
	if o.path == "" {
		found.add(refuse(InvalidRequest, name, "there is no %s %q", o.memberName, name))
		return
	}
	found.add(refuse(InvalidRequest, o.field, "%s: there is no %s %q", o.path, o.memberName, name))
}

func isKnown(name string, fields []field) bool {
	for _, f := range fields {
		if f.name == name {
			return true
		}
	}
	return false
}
