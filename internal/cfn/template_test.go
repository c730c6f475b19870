package cloudformation

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func load(t *testing.T, text string) *Template {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	template, err := Load(path, "Stack", "eu-west-1")
	if err != nil {
		t.Fatal(err)
	}
	return template
}

func TestDecodeResolvesIntrinsicFunctions(t *testing.T) {
	template := load(t, `{"Resources": {"R": {"Type": "T", "Properties": {
		"Ref": {"Ref": "Bucket"}, "Unset": {"Ref": "Api"}, "Attribute": {"Fn::GetAtt": ["Bucket", "Arn"]},
		"Join": {"Fn::Join": ["", [{"Fn::GetAtt": ["Bucket", "Arn"]}, "/uploads/*"]]},
		"Sub": {"Fn::Sub": "${AWS::Region}:${Bucket}"}}}}}`)
	template.Set("Bucket", "my-bucket")
	template.Set("Bucket.Arn", "arn:aws:s3:::my-bucket")
	resource, err := template.Only("T")
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]string
	if err := resource.Decode(&got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Ref": "my-bucket", "Unset": "Api", "Attribute": "arn:aws:s3:::my-bucket",
		"Join": "arn:aws:s3:::my-bucket/uploads/*", "Sub": "eu-west-1:my-bucket",
	} {
		if got[name] != want {
			t.Errorf("%s: got %q, want %q", name, got[name], want)
		}
	}
}

func TestDecodeRefusesWhatItDoesNotKnow(t *testing.T) {
	template := load(t, `{"Resources": {"R": {"Type": "T", "Properties": {"P": {"Fn::ImportValue": "x"}}}}}`)
	resource, _ := template.Only("T")
	var got map[string]string
	if err := resource.Decode(&got); err == nil || !strings.Contains(err.Error(), "Fn::ImportValue") {
		t.Errorf("got %v, want an error that names Fn::ImportValue", err)
	}
}

func TestLoadRefusesWhatIsNoTemplate(t *testing.T) {
	for name, text := range map[string]string{"Empty": `{}`, "NotJSON": `Resources:`} {
		path := filepath.Join(t.TempDir(), "t.json")
		os.WriteFile(path, []byte(text), 0o600)
		if _, err := Load(path, "Stack", "eu-west-1"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestOutputNamesThoseThereAre(t *testing.T) {
	template := load(t, `{"Resources": {"R": {"Type": "T"}}, "Outputs": {"Region": {"Value": {"Ref": "AWS::Region"}}}}`)
	if got, err := template.Output("Region"); err != nil || got != "eu-west-1" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := template.Output("Nope"); err == nil || !strings.Contains(err.Error(), "Region") {
		t.Errorf("got %v, want an error that lists Region", err)
	}
}
