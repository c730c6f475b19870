package api

import (
	"strings"
	"testing"
)

func TestSignDocumentAnswers(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	a := planned(t, h, getEvent(map[string][]string{"key": {"cat.PNG"}, "size": {"5"}}))
	if a.Headers["Content-Type"] != "image/png" || !strings.HasSuffix(a.Key, "/cat.PNG") || a.Headers["If-None-Match"] != "*" {
		t.Errorf("%+v", a)
	}
	single := getEvent(nil)
	single.QueryStringParameters = map[string]string{"key": "cat", "contentType": "text/plain"}
	if got := planned(t, h, single).Headers["Content-Type"]; got != "text/plain" {
		t.Errorf("contentType from the plain map is %q", got)
	}
}

func TestQueryRefused(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	type query = map[string][]string
	for name, c := range map[string]struct {
		query  query
		status int
		code   Code
		field  string
		says   string
	}{
		"Nothing":      {nil, 400, InvalidRequest, "key", "required"},
		"NoKey":        {query{"size": {"5"}}, 400, InvalidRequest, "key", "required"},
		"NoValues":     {query{"key": {}}, 400, InvalidRequest, "key", "required"},
		"EmptyKey":     {query{"key": {""}}, 400, InvalidRequest, "key", "empty"},
		"LongKey":      {query{"key": {strings.Repeat("ä", 256)}}, 400, InvalidRequest, "key", "256 characters"},
		"InvalidKey":   {query{"key": {"\xff.png"}}, 400, InvalidRequest, "key", "UTF-8"},
		"KeyTwice":     {query{"key": {"a.png", "b.png"}}, 400, InvalidRequest, "key", "given twice"},
		"SizeTwice":    {query{"key": {"a.png"}, "size": {"1", "1"}}, 400, InvalidRequest, "size", "given twice"},
		"TypeTwice":    {query{"key": {"a.png"}, "contentType": {"image/png", "image/png"}}, 400, InvalidRequest, "contentType", "given twice"},
		"Unknown":      {query{"key": {"a.png"}, "filename": {"b"}}, 400, InvalidRequest, "filename", "no parameter"},
		"WrongCase":    {query{"Key": {"a.png"}}, 400, InvalidRequest, "key", "required"},
		"Signature":    {query{"key": {"a.png"}, "X-Amz-Signature": {"0"}}, 400, InvalidRequest, "X-Amz-Signature", "no parameter"},
		"EmptyRefused": {query{"key": {"a.svg"}, "contentType": {""}}, 415, TypeNotAllowed, "contentType", "image/svg+xml can carry script"},
		"ForeignType":  {query{"key": {"a.png"}, "contentType": {"text/html"}}, 415, TypeNotAllowed, "contentType", "allowed: image/*"},
		"GuessRefused": {query{"key": {"a.exe"}}, 415, TypeNotAllowed, "contentType", "guessed from the file's name"},
		"GuessSVG":     {query{"key": {"a.svg"}}, 415, TypeNotAllowed, "contentType", "script"},
		"FormData":     {query{"key": {"a.png"}, "contentType": {"multipart/form-data"}}, 415, TypeNotAllowed, "contentType", "bytes alone"},
		"EmptySize":    {query{"key": {"a.png"}, "size": {""}}, 400, InvalidRequest, "size", "whole number"},
		"SignedSize":   {query{"key": {"a.png"}, "size": {"+5"}}, 400, InvalidRequest, "size", "whole number"},
		"SpacedSize":   {query{"key": {"a.png"}, "size": {" 5"}}, 400, InvalidRequest, "size", "whole number"},
		"HexSize":      {query{"key": {"a.png"}, "size": {"0x5"}}, 400, InvalidRequest, "size", "whole number"},
		"OctalSize":    {query{"key": {"a.png"}, "size": {"05"}}, 400, InvalidRequest, "size", "whole number"},
		"FractionSize": {query{"key": {"a.png"}, "size": {"5.0"}}, 400, InvalidRequest, "size", "whole number"},
		"ArabicSize":   {query{"key": {"a.png"}, "size": {"٥"}}, 400, InvalidRequest, "size", "whole number"},
		"NegativeSize": {query{"key": {"a.png"}, "size": {"-5"}}, 400, InvalidRequest, "size", "negative"},
		"MinusSize":    {query{"key": {"a.png"}, "size": {"-"}}, 400, InvalidRequest, "size", "whole number"},
		"TooLarge":     {query{"key": {"a.png"}, "size": {"5368709121"}}, 413, SizeTooLarge, "size", "5368709120"},
		"Overflow":     {query{"key": {"a.png"}, "size": {"18446744073709551616"}}, 413, SizeTooLarge, "size", "5368709120"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := refused(t, h, getEvent(c.query), c.status, c.code, c.field)
			if !strings.Contains(r.Error.Message, c.says) {
				t.Errorf("message %q, want it to say %q", r.Error.Message, c.says)
			}
		})
	}
}
