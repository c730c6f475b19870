package key

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var slugPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,254}$`)

func TestSlug(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"cat.png":                           "cat.png",
		"holiday in Köln.png":               "holiday-in-Koln.png",
		"holiday in Ko\u0308ln.png":         "holiday-in-Koln.png", // as macOS writes it
		"Straße nach Ærø.JPEG":              "Strasse-nach-AEro.JPEG",
		"Žluťoučký kůň.pdf":                 "Zlutoucky-kun.pdf",
		"写真.JPG":                            "file.JPG",
		"صورة.png":                          "file.png",
		"\u202egnp.exe":                     "gnp.exe",
		"😀.png":                             "file.png",
		"a😀b.png":                           "a-b.png",
		"../../etc/passwd":                  "etc-passwd",
		`C:\Users\ada\notes.txt`:            "C-Users-ada-notes.txt",
		"a/b/c.png":                         "a-b-c.png",
		"a\x00b\nc.png":                     "a-b-c.png",
		".":                                 "file",
		"..":                                "file",
		"...":                               "file",
		"----":                              "file",
		" ":                                 "file",
		".htaccess":                         "file.htaccess",
		"a..b...c.txt":                      "a.b.c.txt",
		"archive.tar.gz":                    "archive.tar.gz",
		"trailing.":                         "trailing",
		"trailing. .png":                    "trailing.png",
		"photo.png ":                        "photo.png",
		"photo.png. . ":                     "photo.png",
		"photo.png\u202c\u200e":             "photo.png",
		"photo.png~":                        "photo.png",
		"photo.png_":                        "photo.png_",
		"photo.png (1)":                     "photo-1.png",
		"写真.jpg (12) ":                      "12.jpg",
		"photo (1).png":                     "photo-1.png",
		"report v2.1 (final)":               "report-v2.1-final",
		"chapter 1.2)":                      "chapter-1.2",
		"写真.png のコピー":                       "file.png",
		"no_extension-here":                 "no_extension-here",
		"sentence. With words":              "sentence.With-words",
		"x.verylongextension17":             "x.verylongextension17",
		"x.ext/evil":                        "x.ext-evil",
		"report (final) v2.1.pdf":           "report-final-v2.1.pdf",
		"100% $ure?&=#.png":                 "100-ure.png",
		strings.Repeat("a", 300):            strings.Repeat("a", 255),
		strings.Repeat("ß", 255):            strings.Repeat("s", 255),
		strings.Repeat("é.", 127):           strings.TrimSuffix(strings.Repeat("e.", 127), "."),
		strings.Repeat("x", 254) + "-.png":  strings.Repeat("x", 251) + ".png",
		strings.Repeat("x", 250) + " y.png": strings.Repeat("x", 250) + ".png",
		strings.Repeat("a", 250) + "." + strings.Repeat("b", 17): strings.Repeat("a", 250) + ".bbbb",
	} {
		if got := Slug(name); got != want {
			t.Errorf("Slug(%q)\n got %q\nwant %q", name, got, want)
		}
	}
}

func TestPlainLatinCoversItsRange(t *testing.T) {
	t.Parallel()
	for r := rune('À'); r <= 'ž'; r++ {
		plain := plainLatin(r)
		if (plain == "") != (r == '×' || r == '÷') {
			t.Errorf("%c is %q", r, plain)
		}
	}
	for r, want := range map[rune]string{'À': "A", 'ÿ': "y", 'Ā': "A", 'ł': "l", 'Ł': "L", 'ő': "o", 'Œ': "OE", 'œ': "oe", 'ř': "r", 'ş': "s", 'ž': "z", 'Ž': "Z", 'þ': "th", 'ð': "d", 'ñ': "n", 'ø': "o", 'ű': "u", 'ĳ': "ij", 'ŉ': "n", 'ſ': "", '¿': ""} {
		if got := plainLatin(r); got != want {
			t.Errorf("%c is %q, want %q", r, got, want)
		}
	}
}

// checkSlug holds for every name; FuzzSlug uses it too.
func checkSlug(t testing.TB, name string) {
	t.Helper()
	s := Slug(name)
	if !slugPattern.MatchString(s) {
		t.Fatalf("Slug(%q) = %q", name, s)
	}
	if again := Slug(s); again != s {
		t.Fatalf("Slug(%q) = %q, but the slug of that is %q", name, s, again)
	}
	if ext := Extension(name); !strings.HasSuffix(s, ext) {
		t.Fatalf("Slug(%q) = %q lost the extension %q", name, s, ext)
	}
}

func TestEveryNameHasASlug(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		checkSlug(t, rapid.StringN(1, 255, -1).Draw(rt, "name"))
	})
}

func FuzzSlug(f *testing.F) {
	f.Fuzz(func(t *testing.T, name string) { checkSlug(t, name) })
}
