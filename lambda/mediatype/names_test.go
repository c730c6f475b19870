package mediatype

import (
	"strings"
	"testing"
)

func TestStandard(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"image/png": "image/png", "application/pdf": "application/pdf", "x/y": "x/y", "image/x-unheard-of": "image/x-unheard-of",
		"image/heic": "image/heic", "image/heif": "image/heif", // registered both
		"application/x-zip-compressed": "application/zip", "application/x-gzip": "application/gzip", "application/x-rar-compressed": "application/vnd.rar",
		"application/x-7z-compressed": "application/x-7z-compressed", "application/x-tar": "application/x-tar", "application/x-www-form-urlencoded": "application/x-www-form-urlencoded",
		"audio/x-m4a": "audio/mp4", "audio/x-wav": "audio/wav", "video/x-m4v": "video/mp4", "video/avi": "video/x-msvideo", "video/x-matroska": "video/matroska",
		"image/x-png": "image/png", "text/x-markdown": "text/markdown", // x- before a registered name
		"image/jpg": "image/jpeg", "image/tif": "image/tiff", "audio/mp3": "audio/mpeg", "video/mov": "video/quicktime", "video/mkv": "video/matroska",
		"application/docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", // an extension for a subtype
		"application/png":  "application/png", "image/docx": "image/docx",                             // of another kind
		"text/xml": "application/xml", "text/x-html": "text/html", "image/svg": "image/svg+xml", "text/htm": "text/html", "application/xhtml": "application/xhtml+xml",
		"": "", "image": "image", "image/": "image/", "/png": "/png", "image/png x": "image/png x", "image/.png": "image/.png",
	} {
		if got := Standard(given); got != want {
			t.Errorf("%q is %q, want %q", given, got, want)
		}
	}
}

func TestByExtension(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		".png": "image/png", ".PNG": "image/png", ".jpeg": "image/jpeg", ".mp4": "video/mp4", ".exe": "application/x-msdos-program", ".ts": "video/mp2t",
		"": "", ".": "", "png": "", ".pn": "", ".pngx": "", ".nonsense": "", ". png": "", ".p\nng": "", ".svg image/png": "", "image/png": "",
	} {
		if got := ByExtension(given); got != want {
			t.Errorf("%q is %q, want %q", given, got, want)
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for line := range strings.Lines(table[1:]) {
		words := strings.Fields(line)
		for i, word := range words {
			if other, twice := seen[word]; twice {
				t.Errorf("%s is in the lines of %s and %s", word, other, words[0])
			}
			seen[word] = words[0]
			if word[0] == '.' {
				if ByExtension(word) != words[0] || i == 0 {
					t.Errorf("%s is %s, want %s", word, ByExtension(word), words[0])
				}
				continue
			}
			if got := Standard(word); got != words[0] {
				t.Errorf("%s is %s, want %s", word, got, words[0])
			}
			if parsed, err := Parse(word); err != nil || parsed.Full != word {
				t.Errorf("%s isn't a media type in its normal form: %v", word, err)
			}
			// Another name must not lead around the rule for script, nor out of a family that a
			// deployment allows.
			if from, to := kind(word), kind(words[0]); from != to && from != "application" && from != "text" {
				t.Errorf("%s would become %s", word, words[0])
			}
		}
	}
	if len(seen) < 2000 {
		t.Errorf("only %d names", len(seen))
	}
}
