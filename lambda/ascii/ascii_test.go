package ascii

import (
	"strings"
	"testing"
)

func TestConsistsOf(t *testing.T) {
	t.Parallel()
	for b := range 256 {
		c := string([]byte{byte(b)})
		for set, want := range map[string]bool{
			Digits:       '0' <= b && b <= '9',
			Alphanumeric: '0' <= b && b <= '9' || 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z',
			Visible:      '!' <= b && b <= '~',
		} {
			if got := ConsistsOf(c, set) && ConsistsOf("0"+c+"0", set); got != want {
				t.Errorf("%q in %q: %v", c, set, got)
			}
		}
	}
	for _, s := range []string{"ä", "\ufffd", "0\xff0", "٥"} {
		if ConsistsOf(s, Visible) {
			t.Errorf("%q is taken for ASCII", s)
		}
	}
	if !ConsistsOf("", Digits) || len(Visible) != 94 || strings.ContainsAny(Lower, Upper) {
		t.Error("the sets are wrong")
	}
}
