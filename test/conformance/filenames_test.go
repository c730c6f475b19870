package conformance_test

import (
	"mime"
	"net/url"
	"path"
	"strings"
	"testing"
	"unicode/utf8"
)

// fileNames are names that people, systems and attackers give files, and that a header or a path
// could damage on the way. What the function makes of each kind of character is in its own tests.
var fileNames = map[string]string{
	"Emoji":            "🐈‍⬛ & 🐕.png",
	"Override":         "gnp.\u202etac.exe", // shows as "exe.cat.png" reversed
	"LongestLatin":     strings.Repeat("é", 251) + ".png",
	"LongestExtension": "x." + strings.Repeat("e", 253),
	"WindowsPath":      `C:\Users\ada\cat.png`,
	"Parent":           "../../../cat.png",
	"ParentEncoded":    "%2e%2e/%2e%2e/cat.png",
	"TwoDots":          "..",
	"OnlySpaces":       "   ",
	"NUL":              "cat.png\x00.exe",
	"LineBreak":        "cat\r\nx-amz-acl: public-read\r\n.png",
	"HeaderSyntax":     `cat"; filename="evil.exe`,
	"PercentUTF8":      "%E2%82%AC.png",
	"Query":            "cat.png?x=1&y=2#z",
	"Plus":             "a+b.png",
	"NoExtension":      "README",
	"Noncharacter":     "c\uffff\U0010ffff.png",
}

// TestNames uploads a file of each name through both routes. Whatever the name is, the key stays in
// the user's own folder and has harmless characters only, and a download gets the original name
// back.
func TestNames(t *testing.T) {
	t.Parallel()
	for title, name := range fileNames {
		t.Run("OK"+title, func(t *testing.T) {
			t.Parallel()
			checkName(t, planUpload(t, fields{"filename": name}), name)
			checkName(t, planned(t, documents(t, "contentType=image/png&key="+url.QueryEscape(name)), 200), name)
		})
	}
}

func checkName(t *testing.T, p plan, name string) {
	t.Helper()
	checkPlan(t, p)
	upload(t, p, "hello")
	if got := dispositionName(t, p); got != name {
		t.Errorf("a download would be called %q, not %q", got, name)
	}
	if extension := path.Ext(name); extension == ".png" && path.Ext(p.Key) != extension {
		t.Errorf("the key %s lost its extension", p.Key)
	}
}

// dispositionName is the name that a browser gives the download: that of the stored object where it
// can be seen.
func dispositionName(t *testing.T, p plan) string {
	t.Helper()
	disposition := p.Headers["Content-Disposition"]
	if mainRun != nil {
		o, err := objectAt(mainRun, p.Key)
		if err != nil {
			t.Fatal(err)
		}
		disposition = o.disposition
	}
	kind, parameters, err := mime.ParseMediaType(disposition)
	if err != nil || kind != "attachment" || len(parameters) != 1 {
		t.Fatalf("Content-Disposition is %q: %v", disposition, err)
	}
	return parameters["filename"]
}

// TestNamesTooLongForS3: S3 limits headers, so a name that is too long loses whole characters
// before its extension.
func TestNamesTooLongForS3(t *testing.T) {
	t.Parallel()
	for title, c := range map[string]struct {
		character string
		least     int // of these must be kept
	}{
		"OKChinese": {"假", 160}, "OKEmoji": {"🐈", 120},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			p := planUpload(t, fields{"filename": strings.Repeat(c.character, 251) + ".png"})
			checkPlan(t, p)
			upload(t, p, "hello")
			stem, ok := strings.CutSuffix(dispositionName(t, p), ".png")
			if !ok || strings.Trim(stem, c.character) != "" || utf8.RuneCountInString(stem) < c.least {
				t.Errorf("the name became %q", stem)
			}
		})
	}
}
