package template_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"signpost/infra"
	"signpost/test/template/options"
	"signpost/test/template/synth"
)

// TestTwoInOneStack puts two Uploads into a team's own stack: they share nothing, and leave the
// stack's outputs and tags to the team.
func TestTwoInOneStack(t *testing.T) {
	app := synth.NewApp(t)
	team := infra.Stage{Name: "team"}
	stack := awscdk.NewStack(app, jsii.String(team.StackName()), nil)
	props := valid(t)
	images := infra.NewUploads(stack, "Images", props)
	props.AllowedTypes = []string{"application/pdf"}
	infra.NewUploads(stack, "Documents", props)
	if *images.Bucket.Stack().StackName() != *stack.StackName() {
		t.Error("Uploads does not say what it made")
	}

	parsed := parse(t, synth.Template(t, app, team))
	for kind, want := range map[string]int{
		"AWS::S3::Bucket": 4, "AWS::Lambda::Function": 2, "AWS::IAM::Role": 2, "AWS::Cognito::UserPool": 2, "AWS::ApiGateway::RestApi": 2,
	} {
		if got := len(parsed.of(kind)); got != want {
			t.Errorf("there are %d of %s, want %d", got, kind, want)
		}
	}
	if len(parsed.Outputs) != 0 {
		t.Errorf("the stack has outputs that the team did not ask for: %v", parsed.Outputs)
	}
	for _, function := range parsed.of("AWS::Lambda::Function") {
		if function.Properties["Tags"] != nil {
			t.Errorf("%s has tags that the team did not ask for", function.id)
		}
		role := parsed.Resources[reference(function.Properties["Role"])]
		put := statements(at(role.Properties, "Policies", 0, "PolicyDocument"))[0]
		if want := []string{"${" + reference(function.env()["UPLOAD_BUCKET"]) + ".Arn}/uploads/*"}; !slices.Equal(put.Resources, want) {
			t.Errorf("%s may write to %v, want %v", function.id, put.Resources, want)
		}
	}
}

// TestTwoOfEverything: no option needs a name that a second Uploads in the stack would need too.
func TestTwoOfEverything(t *testing.T) {
	app, team := synth.NewApp(t), infra.Stage{Name: "team"}
	stack := awscdk.NewStack(app, jsii.String(team.StackName()), nil)
	props := synth.WithStub(t, options.Everything()).Uploads
	for _, id := range []string{"Images", "Documents"} {
		if made := infra.NewUploads(stack, id, props); made.AlarmTopic == nil || made.DownloadFunction == nil || !strings.HasSuffix(made.URL, "/") {
			t.Errorf("Uploads %s does not say what it made: %+v", id, made)
		}
	}
	parsed := parse(t, synth.Template(t, app, team))
	names := map[string]string{}
	for _, resource := range parsed.Resources {
		for _, name := range []any{resource.Properties["Name"], at(resource.Properties, "MetricTransformations", 0, "MetricName")} {
			key := resource.Type + " " + render(name)
			if resource.Type == "AWS::ApiGateway::RestApi" || name == nil {
				continue // several may go by the stack's name
			}
			if other, taken := names[key]; taken && !strings.Contains(resource.Type, "ApiGateway") {
				t.Errorf("%s and %s both are the %s", resource.id, other, key)
			}
			names[key] = resource.id
		}
	}
}
