package api

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"signpost/lambda/config"
)

// Facts that a page puts into its own words are members of their own.
func TestFactsOfRefusals(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, inParts, func(c *deployment) { c.MaxSize = 1 << 40 })
	big := fields{"size": 1<<40 + 1}
	for name, c := range map[string]struct {
		answer refusal
		limit  int64
	}{
		"Size":      {refused(t, h, postEvent(goodFields().alter(big).String()), 413, SizeTooLarge, "size"), 1 << 40},
		"SinglePut": {refused(t, h, getEvent(map[string][]string{"key": {"a.png"}, "size": {"5368709121"}}), 413, SizeTooLarge, "size"), config.MaxPutSize},
		"Parts":     {refused(t, h, partsEvent(partsFor(partsKey(1<<40+1, false)).String()), 413, SizeTooLarge, "key"), 1 << 40},
		"Body":      {refused(t, h, postEvent(strings.Repeat(" ", maxBody+1)), 413, BodyTooLarge, ""), maxBody},
		"Other":     {refused(t, h, postEvent("{"), 400, InvalidJSON, ""), 0},
	} {
		if c.answer.Error.Limit != c.limit || c.answer.Error.Allowed != nil {
			t.Errorf("%s: limit %d, allowed %q", name, c.answer.Error.Limit, c.answer.Error.Allowed)
		}
	}
	r := refused(t, h, postEvent(goodFields().alter(big).alter(fields{"contentType": "text/html"}).String()), 415, TypeNotAllowed, "contentType")
	if p := r.Error.Problems; len(p) != 2 || !slices.Equal(p[0].Allowed, testDeployment().AllowedTypes) || p[0].Limit != 0 || p[1].Limit != 1<<40 || p[1].Allowed != nil {
		t.Errorf("problems %+v", r.Error.Problems)
	}
}

func TestStatusOfEveryCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[Code]int{
		InvalidJSON: 400, InvalidRequest: 400, InvalidKey: 400, InvalidPart: 400, Unauthorized: 401, Forbidden: 403, NotFound: 404, SizeTooLarge: 413, BodyTooLarge: 413,
		TypeNotAllowed: 415, Internal: 500, "NoSuchCode": 500,
	} {
		if got := code.Status(); got != want {
			t.Errorf("%s is %d, want %d", code, got, want)
		}
	}
	if got := refusalsOf(errors.New("disk on fire"))[0]; got.Code != Internal || strings.Contains(got.Message, "fire") {
		t.Errorf("a foreign error reaches the caller as %v", got)
	}
}
