package mediatype

import (
	"slices"
	"strings"
	"testing"
)

type list = []string

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		given   string
		allowed list
		ok      bool
	}{
		"Exact":               {"application/pdf", list{"image/*", "application/pdf"}, true},
		"Family":              {"image/png", list{"image/*"}, true},
		"OtherSubtype":        {"image/gif", list{"image/png"}, false},
		"OtherKind":           {"video/png", list{"image/*"}, false},
		"PrefixIsNoMatch":     {"image/pngx", list{"image/png"}, false},
		"KindIsNoPrefix":      {"imagex/png", list{"image/*"}, false},
		"SVGByFamily":         {"image/svg+xml", list{"image/*"}, false},
		"SVGByName":           {"image/svg+xml", list{"image/*", "image/svg+xml"}, true},
		"SVGNamedFirst":       {"image/svg+xml", list{"image/svg+xml", "image/*"}, true},
		"HTMLByFamily":        {"text/html", list{"text/*"}, false},
		"HTMLByName":          {"text/html", list{"text/html"}, true},
		"XHTML":               {"application/xhtml+xml", list{"application/*"}, false},
		"XML":                 {"application/xml", list{"application/*"}, false},
		"Javascript":          {"text/javascript", list{"text/*"}, false},
		"AnyXML":              {"application/rss+xml", list{"application/*"}, false},
		"Flash":               {"application/vnd.adobe.flash.movie", list{"application/*"}, false},
		"MHTML":               {"multipart/related", list{"multipart/*"}, false},
		"Mail":                {"message/rfc822", list{"message/*"}, false},
		"Office":              {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", list{"application/*"}, true},
		"FormData":            {"multipart/form-data", list{"multipart/*", "multipart/form-data"}, false},
		"NothingAllowed":      {"image/png", nil, false},
		"Unknown":             {"application/unknown", list{"application/*"}, false},
		"UnknownByName":       {"application/unknown", list{"application/unknown"}, false},
		"UnknownUnknown":      {"unknown/unknown", list{"unknown/*", "unknown/unknown"}, false},
		"UnknownContentType":  {"application/x-unknown-content-type", list{"application/*"}, false},
		"UnknownOfImages":     {"image/x-unknown", list{"image/*"}, false},
		"UnknownIsNoPrefixOf": {"application/unknown-but-named", list{"application/*"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := Check(c.given, c.allowed)
			if (err == nil) != c.ok {
				t.Fatalf("refusal: %v", err)
			}
			if err == nil {
				return
			}
			if c.given == formData {
				if !strings.Contains(err.Error(), "only the file's bytes") {
					t.Errorf("%v", err)
				}
				return
			}
			if !strings.HasSuffix(err.Error(), "allowed: "+strings.Join(c.allowed, ", ")) {
				t.Errorf("the refusal does not list what is allowed: %v", err)
			}
			byFamily := slices.Contains(c.allowed, kind(c.given)+"/*") && !IsSniffed(c.given)
			if byFamily != strings.Contains(err.Error(), "script") {
				t.Errorf("the refusal gives the wrong reason: %v", err)
			}
		})
	}
}

// No family includes a type that can run script, under any of its names.
func TestScriptUnderAnyName(t *testing.T) {
	t.Parallel()
	names := strings.Fields("image/svg image/svg-xml image/x-svg+xml image/x-svg text/svg application/svg text/xhtml application/xhtml application/x-html text/x-html text/htm text/xml application/x-xml " +
		"text/xsl text/x-xslt application/x-javascript text/javascript1.5 text/javascript1.9 text/js application/js text/ecmascript text/vbs application/x-shockwave-flash application/futuresplash " +
		"image/svg+xml-compressed application/x-mimearchive text/mathml text/rdf text/rss application/gpx message/rfc822 message/eml")
	for line := range strings.Lines(table[1:]) {
		if words := strings.Fields(line); runsScript(words[0]) {
			for _, word := range words {
				if word[0] != '.' {
					names = append(names, word)
				}
			}
		}
	}
	if len(names) < 200 {
		t.Errorf("only %d names", len(names))
	}
	families := list{"text/*", "image/*", "application/*", "audio/*", "video/*", "message/*", "model/*", "font/*"}
	for _, name := range names {
		stored := Choose(Type{name, name}, "", families).Essence
		if Check(stored, families) == nil || Check(name, families) == nil {
			t.Errorf("%s is accepted, as %s", name, stored)
		}
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		declared, extension string
		allowed             list
		want                string
	}{
		"AsDeclared":           {"image/png", ".png", list{"image/*"}, "image/png"},
		"NameIsNoProof":        {"image/png", ".gif", list{"image/*"}, "image/png"},
		"NameDoesNotRescue":    {"text/html", ".png", list{"image/*"}, "text/html"},
		"Parameters":           {"text/plain; charset=utf-8", ".txt", list{"text/plain"}, "text/plain; charset=utf-8"},
		"ParametersOfAnAlias":  {"video/x-matroska;codecs=avc1,opus", "", list{"video/*"}, `video/matroska; codecs="avc1,opus"`},
		"NothingByName":        {Octets, ".heic", list{"image/*"}, "image/heic"},
		"NothingAndNoName":     {Octets, "", list{"image/*"}, Octets},
		"NothingUnknownName":   {Octets, ".nonsense", list{"image/*"}, Octets},
		"OctetsAllowed":        {Octets, ".png", list{"image/*", Octets}, Octets},
		"OctetsByFamily":       {Octets, ".png", list{"application/*"}, Octets},
		"NothingScript":        {Octets, ".svg", list{"image/*"}, "image/svg+xml"},
		"ExcelForCSV":          {"application/vnd.ms-excel", ".csv", list{"text/csv"}, "text/csv"},
		"ExcelForCSVBoth":      {"application/vnd.ms-excel", ".csv", list{"text/csv", "application/vnd.ms-excel"}, "text/csv"},
		"ExcelForCSVOnlyExcel": {"application/vnd.ms-excel", ".csv", list{"application/vnd.ms-excel"}, "application/vnd.ms-excel"},
		"ExcelIsExcel":         {"application/vnd.ms-excel", ".xls", list{"text/csv"}, "application/vnd.ms-excel"},
		"ExcelIsNoPicture":     {"application/vnd.ms-excel", ".png", list{"image/*"}, "application/vnd.ms-excel"},
		"PlainForCSV":          {"text/plain", ".csv", list{"text/csv"}, "text/csv"},
		"PlainForCSVBoth":      {"text/plain", ".csv", list{"text/csv", "text/plain"}, "text/plain"},
		"PlainIsNoPicture":     {"text/plain", ".png", list{"image/*"}, "text/plain"},
		"ZipForDocx":           {"application/zip", ".docx", list{"application/vnd.openxmlformats-officedocument.wordprocessingml.document"}, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		"ZipIsNoPicture":       {"application/x-zip-compressed", ".png", list{"image/*"}, "application/zip"},
	} {
		declared, err := Parse(c.declared)
		if err != nil {
			t.Fatal(err)
		}
		if got := Choose(declared, c.extension, c.allowed); got.Full != c.want {
			t.Errorf("%s: %s, want %s", name, got.Full, c.want)
		}
	}
}

func TestPatternProblem(t *testing.T) {
	t.Parallel()
	for given, says := range map[string]string{
		"": "is empty", "*": "every type", "*/*": "every type", "Image/png": `"image/png"`, "image/png;q=1": "without parameters", "image/png,image/gif": "in a separate string",
		"image": "malformed", "image/": "malformed", "/png": "malformed", "image/p ng": "malformed", "*/png": "malformed", "image/**": "malformed", ".a/b": "malformed",
		formData: "a form wraps", "multipart/*": "a form wraps", "application/unknown": "is not a real type", "unknown/*": "is not a real type", "application/x-unknown-content-type": "is not a real type",
		"image/jpg": `write "image/jpeg"`, "audio/mp3": `write "audio/mpeg"`, "video/mov": `write "video/quicktime"`, "text/xml": `write "application/xml"`,
		"application/x-zip-compressed": `write "application/zip"`, "image/svg": `write "image/svg+xml"`,
		"image/*": "", "image/png": "", "image/svg+xml": "", "application/vnd.ms-excel": "", "application/octet-stream": "", "x-vendor/anything": "", "multipart/mixed": "",
	} {
		if why := PatternProblem(given); (says == "") != (why == "") || !strings.Contains(why, says) {
			t.Errorf("%q: %q, want it to say %q", given, why, says)
		}
	}
}

// A type that is shown inline can't run script, whatever the rules for families are.
func TestInlineCannotRunScript(t *testing.T) {
	t.Parallel()
	shown := 0
	for _, word := range strings.Fields(table) {
		shownAs := Inline(word)
		if shownAs != "" {
			shown++
		}
		if essence, _, _ := strings.Cut(shownAs, ";"); CanRunScript(essence) || IsSniffed(essence) {
			t.Errorf("%s would be shown as %s", word, shownAs)
		}
	}
	for _, extension := range strings.Fields(".html .htm .svg .svgz .xml .js .mjs .css .json .md .csv .zip .docx .eml .mht .swf .unknown .") {
		if got := Inline(extension); got != "" {
			t.Errorf("%s would be shown as %s", extension, got)
		}
	}
	for _, extension := range strings.Fields(".png .jpg .heic .mp4 .mov .3gp .mpg .ogv .webm .mp3 .m4a .aac .opus .flac .pdf .txt .log") {
		if Inline(extension) == "" {
			t.Errorf("%s is not shown", extension)
		}
	}
	if shown < 60 {
		t.Errorf("only %d extensions are shown inline", shown)
	}
}
