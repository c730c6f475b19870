package contract_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"
)

// TestWebhookBodies compares the events of the contract with the bodies that EventBridge is told to
// post: the same types and the same fields, each always there.
func TestWebhookBodies(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../template/testdata/options/webhook-of-scans.diff")
	if err != nil {
		t.Fatal(err)
	}
	posted := map[string][]string{} // the fields of each type
	for _, line := range regexp.MustCompile(`"InputTemplate": .*`).FindAllString(string(text), -1) {
		fields := []string{"type"}
		for _, field := range regexp.MustCompile(`<(\w+)>`).FindAllStringSubmatch(line, -1) {
			fields = append(fields, field[1])
		}
		posted[regexp.MustCompile(`upload\.\w+`).FindString(line)] = slices.Sorted(slices.Values(fields))
	}
	described := map[string][]string{}
	for name, item := range openAPI.Doc.Webhooks {
		body := item.Post.RequestBody.Value.Content["application/json"].Schema.Value
		kind, _ := body.Properties["type"].Value.Const.(string)
		described[kind] = slices.Sorted(maps.Keys(body.Properties))
		if required := slices.Sorted(slices.Values(body.Required)); !slices.Equal(required, described[kind]) {
			t.Errorf("%s requires %q of %q", name, required, described[kind])
		}
	}
	if len(posted) != 2 || !maps.EqualFunc(posted, described, slices.Equal) {
		t.Errorf("EventBridge posts %q\nopenapi.yaml has   %q", posted, described)
	}
}
