package mediatype

import (
	"bufio"
	"os"
	"strings"
	"testing"
)

// Whatever a browser declares for a file, it is accepted if its type is allowed, and stored under
// the standard name.
func TestTypesThatBrowsersDeclare(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/browsers.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	extensions := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 3 || fields[0] == "#" {
			continue
		}
		extensions++
		extension, want := "."+fields[0], fields[1]
		if got := ByExtension(strings.ToUpper(extension)); got != want {
			t.Errorf("%s is %q by its name, want %s", extension, got, want)
		}
		if why := PatternProblem(want); why != "" {
			t.Errorf("%s can't be allowed: %s", want, why)
		}
		for _, text := range fields[2:] {
			if text == "-" {
				text = Octets
			}
			declared, err := Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			got := Choose(declared, extension, []string{"x/y", want})
			if got.Essence != want || got.Full != want || Check(got.Essence, []string{want}) != nil {
				t.Errorf("%s, declared as %s, is stored as %s, want %s", extension, text, got.Full, want)
			}
		}
	}
	if extensions < 60 {
		t.Errorf("only %d extensions", extensions)
	}
}
