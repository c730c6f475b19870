package apigateway

import (
	"strings"
	"testing"
)

// twoOrigins is what the CDK writes for an OPTIONS method with two allowed origins.
const twoOrigins = `#set($origin = $input.params().header.get("Origin"))
#if($origin == "")
  #set($origin = $input.params().header.get("origin"))
#end
#if($origin == "https://a.example" || $origin == "https://b.example")
  #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)
#end`

func TestCORSTemplate(t *testing.T) {
	oneOrigin := strings.Replace(twoOrigins, ` || $origin == "https://b.example"`, "", 1)
	for name, c := range map[string]struct{ template, header, origin, want string }{
		"FirstOrigin":  {twoOrigins, "Origin", "https://a.example", "https://a.example"},
		"SecondOrigin": {twoOrigins, "Origin", "https://b.example", "https://b.example"},
		"LowerCase":    {twoOrigins, "origin", "https://b.example", "https://b.example"},
		"OneOrigin":    {oneOrigin, "Origin", "https://a.example", "https://a.example"},
		"NotTheSecond": {oneOrigin, "Origin", "https://b.example", ""},
		"OtherOrigin":  {twoOrigins, "Origin", "https://c.example", ""},
		"LongerOrigin": {twoOrigins, "Origin", "https://a.example.com", ""},
		"NoOrigin":     {twoOrigins, "Origin", "", ""},
		"NoTemplate":   {"", "Origin", "https://a.example", ""},
	} {
		t.Run(name, func(t *testing.T) {
			template, err := parseCORSTemplate(c.template)
			if err != nil {
				t.Fatal(err)
			}
			header := func(name string) string { return map[string]string{c.header: c.origin}[name] }
			if got := template.allowedOrigin(header); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestCORSTemplateRefusesOthers(t *testing.T) {
	for name, change := range map[string][2]string{
		"Matches":       {`$origin == "https://b.example"`, `$origin.matches("https://.*")`},
		"And":           {"||", "&&"},
		"NotEqual":      {`$origin == "https://a`, `$origin != "https://a`},
		"Variable":      {`"https://a.example"`, `"$input.body"`},
		"Escape":        {`"https://a.example"`, `"https://a\.example"`},
		"OtherHeader":   {"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"},
		"OtherValue":    {"Access-Control-Allow-Origin = $origin", `Access-Control-Allow-Origin = "*"`},
		"Status":        {"responseOverride.header.Access-Control-Allow-Origin", "responseOverride.status"},
		"Else":          {"  #set($context", "#else\n  #set($context"},
		"MoreBefore":    {`#set($origin = $input.params().header.get("Origin"))`, `#set($origin = $input.params().header.get("Origin")) hello`},
		"NoEnd":         {"= $origin)\n#end", "= $origin)"},
		"WithoutSecond": {`  #set($origin = $input.params().header.get("origin"))` + "\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			template := strings.Replace(twoOrigins, change[0], change[1], 1)
			if template == twoOrigins {
				t.Fatalf("the template has no %s", change[0])
			}
			if _, err := parseCORSTemplate(template); err == nil || !strings.Contains(err.Error(), "another one") {
				t.Errorf("got %v for\n%s", err, template)
			}
		})
	}
	if _, err := parseCORSTemplate(twoOrigins + "\nhello"); err == nil {
		t.Error("a text after the template is accepted")
	}
}
