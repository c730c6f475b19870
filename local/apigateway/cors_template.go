package apigateway

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// corsTemplate is the mapping template that the CDK writes for an OPTIONS method with several
// allowed origins. It allows the request's origin if it is one of them:
//
//	#set($origin = $input.params().header.get("Origin"))
//	#if($origin == "")
//	  #set($origin = $input.params().header.get("origin"))
//	#end
//	#if($origin == "https://a.example" || $origin == "https://b.example")
//	  #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)
//	#end
//
// This is the only mapping template that the local run recognizes: it doesn't interpret the
// Velocity Template Language.
type corsTemplate struct{ origins []string }

var (
	corsTemplateForm = regexp.MustCompile(`^\s*` + strings.ReplaceAll(strings.Join([]string{
		regexp.QuoteMeta(`#set($origin = $input.params().header.get("Origin"))`),
		regexp.QuoteMeta(`#if($origin == "")`), regexp.QuoteMeta(`#set($origin = $input.params().header.get("origin"))`), `#end`,
		`#if\((` + corsTest + `(?: \|\| ` + corsTest + `)*)\)`,
		regexp.QuoteMeta(`#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)`), `#end`,
	}, "\n"), "\n", `\s*`) + `\s*$`)
	corsOrigin = regexp.MustCompile(corsTest)
)

// corsTest compares with one origin. A string with $, # or a backslash would mean more than its
// characters.
const corsTest = `\$origin == "([^"$#\\]*)"`

// parseCORSTemplate recognizes the CDK's template and refuses any other. "" is the template of an
// answer without one.
func parseCORSTemplate(template string) (corsTemplate, error) {
	if strings.TrimSpace(template) == "" {
		return corsTemplate{}, nil
	}
	form := corsTemplateForm.FindStringSubmatch(template)
	if form == nil {
		return corsTemplate{}, fmt.Errorf("the local run recognizes only the mapping template that the CDK writes for CORS, and this is another one: %q", template)
	}
	var parsed corsTemplate
	for _, test := range corsOrigin.FindAllStringSubmatch(form[1], -1) {
		parsed.origins = append(parsed.origins, test[1])
	}
	return parsed, nil
}

// allowedOrigin returns the value of Access-Control-Allow-Origin, or "" for none. header returns a
// request header by its exact name.
func (t corsTemplate) allowedOrigin(header func(name string) string) string {
	origin := header("Origin")
	if origin == "" {
		origin = header("origin")
	}
	if !slices.Contains(t.origins, origin) {
		return ""
	}
	return origin
}
