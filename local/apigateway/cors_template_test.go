package apigateway

import (
	"maps"
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

func TestVelocity(t *testing.T) {
	const override = `#set($context.responseOverride.header.X = `
	for name, c := range map[string]struct {
		template, origin string
		want             map[string]string
	}{
		"FirstOrigin":   {twoOrigins, "https://a.example", map[string]string{"Access-Control-Allow-Origin": "https://a.example"}},
		"SecondOrigin":  {twoOrigins, "https://b.example", map[string]string{"Access-Control-Allow-Origin": "https://b.example"}},
		"OtherOrigin":   {twoOrigins, "https://c.example", nil},
		"NoOrigin":      {twoOrigins, "", nil},
		"Else":          {`#if($input.params("Origin") == "a")` + override + `"1") #else ` + override + `"2") #end`, "b", map[string]string{"X": "2"}},
		"MatchesWhole":  {`#if($input.params("Origin").matches("a.c"))` + override + `'y')#end`, "abc", map[string]string{"X": "y"}},
		"MatchesNoPart": {`#if($input.params("Origin").matches("a.c"))` + override + `'y')#end`, "abcd", nil},
		"Empty":         {"", "a", nil},
	} {
		t.Run(name, func(t *testing.T) {
			program, err := parseVelocity(c.template)
			if err != nil {
				t.Fatal(err)
			}
			if got := program.run(func(name string) string { return map[string]string{"Origin": c.origin}[name] }); !maps.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestVelocityRefusesWhatItDoesNotKnow(t *testing.T) {
	for name, template := range map[string]string{
		"Text":        `hello`,
		"Directive":   `#foreach($x in $y)#end`,
		"Method":      `#set($x = $input.path("$.a"))`,
		"Target":      `#set($context.responseOverride.status = "200")`,
		"NoEnd":       `#if("a" == "a")`,
		"StrayEnd":    `#end`,
		"BadPattern":  `#set($x = "a".matches("("))`,
		"And":         `#if("a" == "a" && "b" == "b")#end`,
		"Unfinished":  `#set($x = `,
		"NoCondition": `#if()#end`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parseVelocity(template); err == nil {
				t.Errorf("%q was accepted", template)
			} else if !strings.HasPrefix(err.Error(), "mapping template: ") {
				t.Errorf("the error does not say where: %v", err)
			}
		})
	}
}
