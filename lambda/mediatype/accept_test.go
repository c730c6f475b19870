package mediatype

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestAccept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		allowed list
		want    string
	}{
		"Exact":          {list{"application/pdf"}, "application/pdf,.pdf"},
		"Several":        {list{"application/pdf", "image/png"}, "application/pdf,.pdf,image/png,.png"},
		"AllExtensions":  {list{"image/tiff"}, "image/tiff,.tif,.tiff"},
		"ScriptByName":   {list{"image/svg+xml"}, "image/svg+xml,.svg,.svgz"},
		"UnknownType":    {list{"x/y"}, "x/y"},
		"NoExtension":    {list{"application/annodex"}, "application/annodex"},
		"Family":         {list{"font/*"}, "font/*,.woff2"},
		"UnknownFamily":  {list{"x/*"}, "x/*"},
		"FamilyAndExact": {list{"font/*", "font/woff2"}, "font/*,.woff2,font/woff2"},
		"Octets":         {list{"image/*", Octets}, ""},
		"OctetsByFamily": {list{"application/*"}, ""},
		"Nothing":        {nil, ""},
	} {
		if got := Accept(c.allowed); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	images := strings.Split(Accept(list{"image/*"}), ",")
	if !slices.Contains(images, ".heic") || slices.Contains(images, ".svg") || slices.Contains(images, ".mov") {
		t.Errorf("images: %v", images)
	}
}

// A dialog for a family shows every file that is accepted, whatever the browser takes its extension
// for.
func TestAcceptNamesWhatBrowsersDoNotKnow(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/browsers.txt")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[0] == "#" {
			continue
		}
		family := kind(fields[1]) + "/*"
		unknown := slices.ContainsFunc(fields[2:], func(declared string) bool { return kind(declared)+"/*" != family })
		want := unknown && Check(fields[1], list{family}) == nil && Check(Octets, list{family}) != nil
		if got := slices.Contains(strings.Split(Accept(list{family}), ","), "."+fields[0]); got != want {
			t.Errorf("%s names .%s: %v, want %v", family, fields[0], got, want)
		}
		if want {
			named++
		}
	}
	if named != len(strings.Fields(oftenUnknown)) || named < 20 {
		t.Errorf("%d extensions are named, %d are listed", named, len(strings.Fields(oftenUnknown)))
	}
}
