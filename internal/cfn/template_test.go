package cfn

import (
	"maps"
	"strings"
	"testing"
)

func parse(t *testing.T, text string) *Template {
	t.Helper()
	template, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	values := PseudoParameters("111122223333", "eu-west-1", "Stack")
	values["Bucket"], values["Bucket.Arn"] = "my-bucket", "arn:aws:s3:::my-bucket"
	template.Reference = func(name string) (string, bool) { value, ok := values[name]; return value, ok }
	return template
}

// resource is a template with one resource, of type T, with one property, P.
func resource(property string) string {
	return `{"Resources": {"R": {"Type": "T", "Properties": {"P": ` + property + `}}}}`
}

func TestDecode(t *testing.T) {
	for property, want := range map[string]string{
		`"text"`:                                      "text",
		`{"Ref": "Bucket"}`:                           "my-bucket",
		`{"Ref": "AWS::AccountId"}`:                   "111122223333",
		`{"Fn::GetAtt": ["Bucket", "Arn"]}`:           "arn:aws:s3:::my-bucket",
		`{"Fn::Sub": "${AWS::Region}:${Bucket.Arn}"}`: "eu-west-1:arn:aws:s3:::my-bucket",
		`{"Fn::Join": ["", [{"Fn::GetAtt": ["Bucket", "Arn"]}, "/uploads/*"]]}`:  "arn:aws:s3:::my-bucket/uploads/*",
		`{"Fn::Join": ["-", [1, {"Fn::Join": ["", ["a", {"Ref": "Bucket"}]]}]]}`: "1-amy-bucket",
	} {
		template := parse(t, resource(property))
		r, err := template.Only("T")
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ P string }
		if err := template.Decode(r, &got); err != nil || got.P != want {
			t.Errorf("%s: got %q (%v), want %q", property, got.P, err, want)
		}
	}
}

// A guess in the place of a value would make a policy or a route mean something else.
func TestDecodeRefusesWhatItDoesNotKnow(t *testing.T) {
	for property, want := range map[string]string{
		`{"Fn::ImportValue": "x"}`:                 "Fn::ImportValue",
		`{"Fn::If": ["C", "a", "b"]}`:              "Fn::If",
		`{"Fn::Sub": ["${a}", {"a": "b"}]}`:        "Fn::Sub",
		`{"Fn::Sub": "${!Literal}"}`:               "Fn::Sub",
		`{"Fn::Sub": "${Other}"}`:                  "Other",
		`{"Fn::Join": ["", "text"]}`:               "Fn::Join",
		`{"Fn::Join": ["", [{"Ref": "Nope"}]]}`:    "Nope",
		`{"Fn::GetAtt": ["Bucket", "DomainName"]}`: "Bucket.DomainName",
		`{"a": [{"Ref": "AWS::NoValue"}]}`:         "AWS::NoValue",
	} {
		template := parse(t, resource(property))
		var got struct{ P any }
		err := template.Decode(template.Resources["R"], &got)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "R (T): ") {
			t.Errorf("%s: got %v, want an error about R that names %s", property, err, want)
		}
	}
}

func TestParseRefusesWhatIsNoTemplate(t *testing.T) {
	for name, text := range map[string]string{"Empty": `{}`, "NotJSON": `Resources:`, "Null": `{"Resources": {"R": null}}`} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestOutput(t *testing.T) {
	template := parse(t, `{"Resources": {"R": {"Type": "T"}}, "Outputs": {"Region": {"Value": {"Ref": "AWS::Region"}}}}`)
	if got, err := template.Output("Region"); err != nil || got != "eu-west-1" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := template.Output("Nope"); err == nil || !strings.Contains(err.Error(), "Region") {
		t.Errorf("got %v, want an error that lists Region", err)
	}
}

func TestLogicalIDs(t *testing.T) {
	template := parse(t, resource(`[{"Ref": "A"}, {"x": {"Fn::Join": ["", [{"Fn::GetAtt": ["B", "Name"]}]]}}, "C"]`))
	if got := LogicalIDs(template.Resources["R"].Properties); !maps.Equal(got, map[string]bool{"A": true, "B": true}) {
		t.Errorf("got %v", got)
	}
	for property, want := range map[string]string{
		`{"Ref": "A"}`: "A", `{"Fn::GetAtt": ["A", "Arn"]}`: "A", `{"Fn::GetAtt": ["A", "Name"]}`: "", `"A"`: "",
	} {
		if got := LogicalID(parse(t, resource(property)).Resources["R"].Properties["P"]); got != want {
			t.Errorf("%s: got %q, want %q", property, got, want)
		}
	}
}
