// Package ascii holds sets of ASCII characters, and checks strings against them:
//
//	if !ascii.ConsistsOf(id, ascii.Alphanumeric+"_+") { … }
//
// Rules about identifiers are written with it rather than with regular expressions, because each of
// those is compiled whenever a function starts.
package ascii

import "strings"

const (
	Digits       = "0123456789"
	Lower        = "abcdefghijklmnopqrstuvwxyz"
	Upper        = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	Alphanumeric = Digits + Upper + Lower

	// Visible is every character that has a shape: no space and no control character.
	Visible = Alphanumeric + "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
)

// ConsistsOf reports whether every character of s is in the set, which must be ASCII. It is true of
// an empty s.
func ConsistsOf(s, set string) bool { return strings.Trim(s, set) == "" }
