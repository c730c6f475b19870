package mediatype

import (
	"slices"
	"strings"
)

// Accept returns the types as an <input type=file accept> wants them, separated by commas: each
// type with its extensions, and each family with the extensions for which a browser may not know
// that they belong to it. Without those, a dialog for image/* hides HEIC photos on some systems
// (transloadit/uppy#1604, nextcloud/text#2975).
//
// It is a hint for the dialog, not a rule: users can choose other files, and drop them. It returns
// "", which means any file, if application/octet-stream is allowed, because that is the type of
// every file whose extension is unknown.
func Accept(allowed []string) string {
	if Check(Octets, allowed) == nil {
		return ""
	}
	var tokens []string
	for _, pattern := range allowed {
		tokens = append(tokens, pattern)
		if strings.HasSuffix(pattern, "/*") {
			tokens = append(tokens, unknownToBrowsers(pattern)...)
		} else {
			tokens = append(tokens, extensions(pattern)...)
		}
	}
	return strings.Join(unique(tokens), ",")
}

// oftenUnknown are the extensions in testdata/browsers.txt for which some browser, on some system,
// declares no type or one of another family. They leave out what no family includes: types that can
// run script, and application/*, which includes application/octet-stream.
const oftenUnknown = `
	.jpg .jpeg .jfif .webp .avif .heic .heif .jxl .psd .dng .mov .mkv .wmv .3gp .3g2 .ogv .mts
	.flv .m4a .aac .ogg .oga .opus .flac .wma .amr .log .csv .tsv .md .ics .vcf .stl .woff2`

// unknownToBrowsers returns the extensions of a family that browsers may not know to belong to it,
// without those of types that the family doesn't include.
func unknownToBrowsers(family string) (list []string) {
	for extension := range strings.FieldsSeq(oftenUnknown) {
		if Check(ByExtension(extension), []string{family}) == nil {
			list = append(list, extension)
		}
	}
	return list
}

// extensions returns the extensions of a type, by its standard name.
func extensions(essence string) (list []string) {
	_, after, _ := strings.Cut(table, "\n"+essence+" ")
	line, _, _ := strings.Cut(after, "\n")
	for word := range strings.FieldsSeq(line) {
		if word[0] == '.' {
			list = append(list, word)
		}
	}
	return list
}

// unique removes all but the first of equal strings.
func unique(tokens []string) (kept []string) {
	for _, token := range tokens {
		if !slices.Contains(kept, token) {
			kept = append(kept, token)
		}
	}
	return kept
}
