package workflows_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// statement is one of a policy in the documentation.
type statement struct {
	Sid, Effect      string
	Principal        map[string]string
	Action, Resource any // text or a list
	Condition        map[string]map[string]string
}

// policies returns the statements of the policies in docs/operations.md, "Deploying from GitHub",
// by their Sids.
func policies(t *testing.T) map[string]statement {
	t.Helper()
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Deploying from GitHub\n")
	section, _, _ = strings.Cut(section, "\n## ")
	found := map[string]statement{}
	for _, block := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(section, -1) {
		var policy struct {
			Version   string
			Statement []statement
		}
		if err := json.Unmarshal([]byte(block[1]), &policy); err != nil || policy.Version != "2012-10-17" {
			t.Fatalf("%v: %s", err, block[1])
		}
		for _, one := range policy.Statement {
			if one.Effect != "Allow" {
				t.Errorf("%s does not allow", one.Sid)
			}
			found[one.Sid] = one
		}
	}
	return found
}

func list(value any) (all []string) {
	if one, ok := value.(string); ok {
		return []string{one}
	}
	for _, one := range value.([]any) {
		all = append(all, one.(string))
	}
	return all
}

// TestPolicies checks that each role trusts only one kind of job of one repository, by a claim
// without a wildcard. The role for pull requests can only read templates; the other can assume the
// CDK's roles and read.
func TestPolicies(t *testing.T) {
	found := policies(t)
	const issuer = "token.actions.githubusercontent.com"
	for sid, subject := range map[string]string{
		"DeployingJob": "repo:OWNER/REPO:environment:production",
		"PullRequests": "repo:OWNER/REPO:pull_request",
	} {
		want := map[string]map[string]string{"StringEquals": {issuer + ":aud": "sts.amazonaws.com", issuer + ":sub": subject}}
		if diff := cmp.Diff(want, found[sid].Condition); diff != "" {
			t.Errorf("%s's condition (-want +got):\n%s", sid, diff)
		}
		if got := found[sid].Action; got != "sts:AssumeRoleWithWebIdentity" {
			t.Errorf("%s allows %v", sid, got)
		}
		if got := found[sid].Principal; !cmp.Equal(got, map[string]string{"Federated": "arn:aws:iam::ACCOUNT:oidc-provider/" + issuer}) {
			t.Errorf("%s trusts %v", sid, got)
		}
	}
	if got := list(found["ReadTemplates"].Action); !slices.Equal(got, []string{"cloudformation:DescribeStacks", "cloudformation:GetTemplate"}) {
		t.Errorf("a pull request may %v", got)
	}
	if got := list(found["ReadTemplates"].Resource); !slices.Equal(got, []string{"arn:aws:cloudformation:*:ACCOUNT:stack/Signpost-*/*"}) {
		t.Errorf("a pull request may read %v", got)
	}
	for _, role := range list(found["Deploy"].Resource) {
		if !regexp.MustCompile(`^arn:aws:iam::ACCOUNT:role/cdk-\*-(deploy|file-publishing|lookup)-role-\*$`).MatchString(role) {
			t.Errorf("who deploys may take on %s", role)
		}
	}
	if got := list(found["Deploy"].Action); !slices.Equal(got, []string{"sts:AssumeRole"}) {
		t.Errorf("who deploys may %v", got)
	}
	for _, action := range list(found["Preflight"].Action) {
		if !regexp.MustCompile(`:(Get|Describe|List)`).MatchString(action) && action != "apigateway:GET" {
			t.Errorf("preflight may do more than look: %s", action)
		}
	}
	if len(found) != 5 {
		t.Errorf("there are %d statements, and this test knows 5", len(found))
	}
}
