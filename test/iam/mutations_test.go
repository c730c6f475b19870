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
	"signpost/internal/cfn"
)

// A table that notices nothing proves nothing. These tests break a good template, one thing at a
// time, and check that its table notices.

// parsed parses a template, to be changed.
func parsed(t testing.TB, template []byte) *cfn.Template {
	t.Helper()
	parsed, err := cfn.Parse(template)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// place is where a statement is: in a property of a resource.
type place struct {
	resource string // its logical id
	path     []any  // of the list of statements, in the resource's properties
	index    int
}

// list returns the list that the statement is in.
func (p place) list(template *cfn.Template) []any {
	return cfn.At(template.Resources[p.resource].Properties, p.path...).([]any)
}

func (p place) statement(template *cfn.Template) map[string]any {
	return p.list(template)[p.index].(map[string]any)
}

// statementsOf returns the places of all statements of all policies of a template.
func statementsOf(template *cfn.Template) []place {
	var found []place
	add := func(id string, path ...any) {
		for i := range cfn.At(template.Resources[id].Properties, path...).([]any) {
			found = append(found, place{id, path, i})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(template.Resources)) {
		switch r := template.Resources[id]; r.Type {
		case "AWS::IAM::Role":
			add(id, "AssumeRolePolicyDocument", "Statement")
			for i := range r.Properties["Policies"].([]any) {
				add(id, "Policies", i, "PolicyDocument", "Statement")
			}
		case "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy":
			add(id, "PolicyDocument", "Statement")
		case "AWS::KMS::Key":
			add(id, "KeyPolicy", "Statement")
		}
	}
	return found
}

// mutants returns the ways to change what a statement means. Each gets its own copy of the
// statement.
func mutants(one map[string]any) map[string]func(map[string]any) {
	allow := one["Effect"] == "Allow"
	all := map[string]func(map[string]any){"removed": func(s map[string]any) { s["Sid"] = "removed" }}
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
		all["only for one account"] = func(s map[string]any) { s["Principal"] = map[string]any{"AWS": "444455556666"} }
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

// equivalent are mutants that change nothing, by the statement's Sid. The CDK's statement in a
// key's policy has none.
var equivalent = map[string]string{
	"TakeAlarms any resource":      "a topic's policy is only about that topic",
	"TakeUndelivered any resource": "a queue's policy is only about that queue",
	"<nil> any action":             "a key's policy is only about actions of KMS",
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
		text := synthesized(t, table.stage)
		for _, place := range statementsOf(parsed(t, text)) {
			original := place.statement(parsed(t, text))
			for what, mutate := range mutants(original) {
				broken := parsed(t, text)
				mutate(place.statement(broken))
				if what == "removed" {
					// A policy needs a statement, so this one is replaced by one that matches
					// nothing.
					place.list(broken)[place.index] = void(original)
				}
				if reflect.DeepEqual(broken, parsed(t, text)) || equivalent[fmt.Sprint(original["Sid"], " ", what)] != "" {
					continue
				}
				count++
				if !noticed(t, marshal(t, broken), table) {
					t.Errorf("%s: %s %v: %s, and the table does not notice", table.stage.Name, place.resource, original["Sid"], what)
				}
			}
		}
	}
	t.Logf("%d mutants", count)
	if count < 200 {
		t.Errorf("%d mutants are too few for all statements", count)
	}
}

func marshal(t testing.TB, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// noticed reports whether the table notices something wrong with the template.
func noticed(t testing.TB, template []byte, table deployment) bool {
	t.Helper()
	w, err := newWorld(template, generous(t), identity(t, everythingAllowed))
	return err != nil || slices.ContainsFunc(table.rows, func(r row) bool { return w.checkRow(r) != "" }) || len(w.checkSweep(table.abilities)) > 0
}

// void is a statement of the same form that matches nothing.
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

// TestMistakesAreNoticed makes easy mistakes, each by a change of the template's text.
func TestMistakesAreNoticed(t *testing.T) {
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
			template := marshal(t, parsed(t, synthesized(t, production)))
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
	} {
		t.Run(mistake.name, func(t *testing.T) {
			template := marshal(t, parsed(t, synthesized(t, everything)))
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

// TestAddedStatementsAreNoticed adds a statement to the bucket policy of stage production.
func TestAddedStatementsAreNoticed(t *testing.T) {
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
			document := broken.Resources["UploadsBucketPolicy4A686DED"].Properties["PolicyDocument"].(map[string]any)
			document["Statement"] = append(document["Statement"].([]any), statement)
			if !noticed(t, marshal(t, broken), stages["production"]) {
				t.Error("the table does not notice")
			}
		})
	}
}
