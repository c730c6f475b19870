package iam_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"signpost/infra"
)

// A table that notices nothing proves nothing. These tests break a good template, one thing at a
// time, and want its table to notice each.

// parsed is a template as plain JSON, to be changed at will.
func parsed(t testing.TB, template []byte) map[string]any {
	t.Helper()
	var read map[string]any
	if err := json.Unmarshal(template, &read); err != nil {
		t.Fatal(err)
	}
	return read
}

// at walks into JSON by names and indexes.
func at(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			value = value.(map[string]any)[step]
		case int:
			value = value.([]any)[step]
		}
	}
	return value
}

// place is one statement: in which resource, and the list that it is in.
type place struct {
	name       string
	statements func(template map[string]any) *[]any // its list, to change
	index      int
}

// places of all statements of all policies of a template.
func statementsOf(t testing.TB, template map[string]any) []place {
	t.Helper()
	var found []place
	add := func(id string, path ...any) {
		list := at(template, append([]any{"Resources", id, "Properties"}, path...)...).([]any)
		for i := range list {
			found = append(found, place{fmt.Sprintf("%s %v %v", id, path[0], at(list[i], "Sid")), func(template map[string]any) *[]any {
				owner := at(template, append([]any{"Resources", id, "Properties"}, path[:len(path)-1]...)...).(map[string]any)
				list := owner["Statement"].([]any)
				return &list
			}, i})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(template["Resources"].(map[string]any))) {
		switch at(template, "Resources", id, "Type") {
		case "AWS::IAM::Role":
			add(id, "AssumeRolePolicyDocument", "Statement")
			for i := range at(template, "Resources", id, "Properties", "Policies").([]any) {
				add(id, "Policies", i, "PolicyDocument", "Statement")
			}
		case "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy":
			add(id, "PolicyDocument", "Statement")
		case "AWS::KMS::Key":
			add(id, "KeyPolicy", "Statement")
		}
	}
	return found
}

// mutants are the ways to break one statement that change what it means. Each gets a statement of its own.
func mutants(one map[string]any) map[string]func(map[string]any) {
	allow := one["Effect"] == "Allow"
	all := map[string]func(map[string]any){"no longer there": func(s map[string]any) { s["Sid"] = "dropped" }}
	if allow {
		service, _, _ := strings.Cut(fmt.Sprint(listOf(one["Action"])[0]), ":")
		all["any action of "+service] = func(s map[string]any) { s["Action"] = service + ":*" }
		all["any action"] = func(s map[string]any) { s["Action"] = "*" }
		if one["Resource"] != nil {
			all["any resource"] = func(s map[string]any) { s["Resource"] = "*" }
		}
		if one["Principal"] != nil {
			all["anybody"] = func(s map[string]any) { s["Principal"] = "*" }
			all["anybody with an account"] = func(s map[string]any) { s["Principal"] = map[string]any{"AWS": "*"} }
			all["another account"] = func(s map[string]any) { s["Principal"] = map[string]any{"AWS": "444455556666"} }
		}
	} else {
		all["allowed"] = func(s map[string]any) { s["Effect"] = "Allow" }
		all["for one account alone"] = func(s map[string]any) { s["Principal"] = map[string]any{"AWS": "444455556666"} }
	}
	for i := range listOf(one["Action"]) {
		if len(listOf(one["Action"])) > 1 {
			all[fmt.Sprintf("without action %d", i)] = func(s map[string]any) { s["Action"] = slices.Delete(slices.Clone(listOf(s["Action"])), i, i+1) }
		}
	}
	for i := range listOf(one["Resource"]) {
		if len(listOf(one["Resource"])) > 1 {
			all[fmt.Sprintf("without resource %d", i)] = func(s map[string]any) {
				s["Resource"] = slices.Delete(slices.Clone(listOf(s["Resource"])), i, i+1)
			}
		}
	}
	if conditions, conditional := one["Condition"].(map[string]any); conditional {
		all["without its Condition"] = func(s map[string]any) { delete(s, "Condition") }
		for operator := range conditions {
			all["without "+operator] = func(s map[string]any) { delete(s["Condition"].(map[string]any), operator) }
		}
	}
	return all
}

func listOf(value any) []any {
	if list, isList := value.([]any); isList {
		return list
	}
	if value == nil {
		return nil
	}
	return []any{value}
}

// equivalent are mutants that change nothing, by the statement's Sid; CDK's own of a key has none.
var equivalent = map[string]string{
	"TakeAlarms any resource": "a topic's policy is about that topic alone",
	"<nil> any action":        "a key's policy is about actions of KMS alone",
}

func TestEveryStatementCounts(t *testing.T) {
	production, err := infra.StageNamed("production")
	if err != nil {
		t.Fatal(err)
	}
	everything := together["clean files from home"]
	ofProduction := stages["production"]
	ofProduction.stage = production
	count := 0
	for _, table := range []deployment{ofProduction, everything} {
		template := synthesized(t, table.stage)
		for _, place := range statementsOf(t, parsed(t, template)) {
			original := (*place.statements(parsed(t, template)))[place.index].(map[string]any)
			for what, mutate := range mutants(original) {
				broken := parsed(t, template)
				list := place.statements(broken)
				mutate((*list)[place.index].(map[string]any))
				if what == "no longer there" {
					// A policy must have a statement: this one is about nobody and nothing.
					(*list)[place.index] = void(original)
				}
				text, err := json.Marshal(broken)
				if err != nil {
					t.Fatal(err)
				}
				if same := reflect.DeepEqual(broken, parsed(t, template)); same || equivalent[fmt.Sprint(original["Sid"], " ", what)] != "" {
					continue
				}
				count++
				if !noticed(t, text, table) {
					t.Errorf("%s: %s: %s, and the table does not notice", table.stage.Name, place.name, what)
				}
			}
		}
	}
	t.Logf("%d mutants", count)
	if count < 200 {
		t.Errorf("%d mutants are too few to have gone over every statement", count)
	}
}

// noticed tells whether a table notices something wrong with a template, and looks no further.
func noticed(t testing.TB, template []byte, table deployment) bool {
	t.Helper()
	w, err := newWorld(template, generous(t), identity(t, everythingAllowed))
	return err != nil || slices.ContainsFunc(table.rows, func(r row) bool { return w.checkRow(r) != "" }) || len(w.checkSweep(table.abilities)) > 0
}

// void is a statement of the same kind that is about nothing.
func void(one map[string]any) map[string]any {
	statement := map[string]any{"Sid": "Void", "Effect": one["Effect"], "Action": "void:Nothing"}
	if one["Resource"] != nil {
		statement["Resource"] = "*"
	}
	if one["Principal"] != nil {
		statement["Principal"] = map[string]any{"Service": "void.amazonaws.com"}
	}
	return statement
}

// TestMistakesAreSeen are the mistakes that are easily made, each by a change of the template's text.
func TestMistakesAreSeen(t *testing.T) {
	production, err := infra.StageNamed("production")
	if err != nil {
		t.Fatal(err)
	}
	everything := together["clean files from home"].stage
	for _, mistake := range []struct{ name, from, to string }{
		{"uploads* for uploads/*", `"/uploads/*"`, `"/uploads*"`},
		{"the bucket for its uploads", `"/uploads/*"`, `"/*"`},
		{"every bucket that begins like it", `"/uploads/*"`, `"*"`},
		{"one level alone", `"/uploads/*"`, `"/uploads/?"`},
		{"another case", `"/uploads/*"`, `"/Uploads/*"`},
		{"s3:* for PutObject", `"Action": "s3:PutObject", "Effect": "Allow", "Resource": {"Fn::Join": ["", [{"Fn::GetAtt": ["UploadsBucketC4B27CC7", "Arn"]}, "/uploads/*"]]}`,
			`"Action": "s3:*", "Effect": "Allow", "Resource": {"Fn::Join": ["", [{"Fn::GetAtt": ["UploadsBucketC4B27CC7", "Arn"]}, "/uploads/*"]]}`},
		{"s3:Put* for PutObject", `"Action": "s3:PutObject", "Effect": "Allow"`, `"Action": "s3:Put*", "Effect": "Allow"`},
		{"signatureAge in seconds", `"s3:signatureAge": "300000"`, `"s3:signatureAge": "300"`},
		{"signatureAge of the longest", `"s3:signatureAge": "300000"`, `"s3:signatureAge": "900000"`},
		{"signatureAge the wrong way round", `"NumericGreaterThan"`, `"NumericLessThan"`},
		{"signatureAge with its bound", `"NumericGreaterThan"`, `"NumericGreaterThanEquals"`},
		{"If-None-Match the wrong way round", `"s3:if-none-match": "true"`, `"s3:if-none-match": "false"`},
		{"parts kept from being sent", `"Bool": {"s3:ObjectCreationOperation": "true"}`, `"Bool": {"s3:ObjectCreationOperation": "false"}`},
		{"TLS the wrong way round", `"aws:SecureTransport": "false"`, `"aws:SecureTransport": "true"`},
		{"signature 4 for 2", `"s3:signatureversion": "AWS"`, `"s3:signatureversion": "AWS4-HMAC-SHA256"`},
		{"another service for Lambda", `"lambda.amazonaws.com"`, `"ec2.amazonaws.com"`},
	} {
		t.Run(mistake.name, func(t *testing.T) {
			template, err := json.Marshal(parsed(t, synthesized(t, production)))
			if err != nil {
				t.Fatal(err)
			}
			tight := strings.NewReplacer(`": `, `":`, `, "`, `,"`, `, {`, `,{`, `, [`, `,[`)
			broken := strings.ReplaceAll(string(template), tight.Replace(mistake.from), tight.Replace(mistake.to))
			if broken == string(template) {
				t.Fatalf("the template has no %s to break", mistake.from)
			}
			if !noticed(t, []byte(broken), stages["production"]) {
				t.Error("the table does not notice")
			}
		})
	}
	for _, mistake := range []struct{ name, from, to string }{
		{"a range for two", `"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/48"]}`, `"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24"]}`},
		{"a range too wide", `"203.0.113.0/24"`, `"203.0.112.0/23"`},
		{"only these networks refused", `"NotIpAddress"`, `"IpAddress"`},
		{"every verdict will do", `"NO_THREATS_FOUND"`, `"*"`},
		{"infected files alone refused", `"StringNotEquals":{"s3:ExistingObjectTag/GuardDutyMalwareScanStatus":"NO_THREATS_FOUND"}`, `"StringEquals":{"s3:ExistingObjectTag/GuardDutyMalwareScanStatus":"THREATS_FOUND"}`},
		{"the verdict's tag in one case alone", `"ForAnyValue:StringEqualsIgnoreCase"`, `"ForAnyValue:StringEquals"`},
		{"another tag guarded", `"s3:RequestObjectTagKeys":"GuardDutyMalwareScanStatus"`, `"s3:RequestObjectTagKeys":"GuardDuty"`},
		{"everybody but the scanner let through", `"ArnNotEquals"`, `"ArnEquals"`},
		{"S3 of any kind asking KMS", `"kms:ViaService":`, `"kms:ViaServiceX":`},
	} {
		t.Run(mistake.name, func(t *testing.T) {
			template, err := json.Marshal(parsed(t, synthesized(t, everything)))
			if err != nil {
				t.Fatal(err)
			}
			broken := strings.ReplaceAll(string(template), mistake.from, mistake.to)
			if broken == string(template) {
				t.Fatalf("the template has no %s to break", mistake.from)
			}
			if !noticed(t, []byte(broken), together["clean files from home"]) {
				t.Error("the table does not notice")
			}
		})
	}
}

// TestAnAddedGrantIsSeen adds a statement to the policies of production.
func TestAnAddedGrantIsSeen(t *testing.T) {
	production, err := infra.StageNamed("production")
	if err != nil {
		t.Fatal(err)
	}
	arn := map[string]any{"Fn::Join": []any{"", []any{map[string]any{"Fn::GetAtt": []any{"UploadsBucketC4B27CC7", "Arn"}}, "/*"}}}
	for name, statement := range map[string]map[string]any{
		"anybody reads":           {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": arn},
		"anybody uploads":         {"Effect": "Allow", "Principal": map[string]any{"AWS": "*"}, "Action": "s3:PutObject", "Resource": arn},
		"another account reads":   {"Effect": "Allow", "Principal": map[string]any{"AWS": "444455556666"}, "Action": "s3:Get*", "Resource": arn},
		"a CDN reads":             {"Effect": "Allow", "Principal": map[string]any{"Service": "s3.amazonaws.com"}, "Action": "s3:*", "Resource": arn},
		"the function may delete": {"Effect": "Allow", "Principal": map[string]any{"AWS": map[string]any{"Fn::GetAtt": []any{"UploadsUploadFunctionRole6A85C45D", "Arn"}}}, "Action": "s3:DeleteObject", "Resource": arn},
		"everything but reading":  {"Effect": "Allow", "Principal": "*", "NotAction": "s3:GetObject", "Resource": arn},
		"everywhere but here":     {"Effect": "Allow", "Principal": "*", "Action": "s3:DeleteObject", "NotResource": "arn:aws:s3:::elsewhere/*"},
	} {
		t.Run(name, func(t *testing.T) {
			broken := parsed(t, synthesized(t, production))
			document := at(broken, "Resources", "UploadsBucketPolicy4A686DED", "Properties", "PolicyDocument").(map[string]any)
			document["Statement"] = append(document["Statement"].([]any), statement)
			text, err := json.Marshal(broken)
			if err != nil {
				t.Fatal(err)
			}
			if !noticed(t, text, stages["production"]) {
				t.Error("the table does not notice")
			}
		})
	}
}
