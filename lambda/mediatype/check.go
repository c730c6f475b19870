package mediatype

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	formData = "multipart/form-data"

	whyNotFormData = formData + " wraps a file in a form, and S3 would store the form's boundaries and headers as part of the file. " +
		"Send only the file's bytes as the body, with the file's own type"
)

// Check returns why a deployment that allows these types doesn't accept the type, nil if it does.
func Check(essence string, allowed []string) error {
	list := strings.Join(allowed, ", ")
	switch family := kind(essence) + "/*"; {
	case essence == formData:
		return errors.New(whyNotFormData)
	case IsSniffed(essence):
		return fmt.Errorf("%s is not a real type: browsers would sniff the content and might run it as a web page; "+
			"leave the type out, or name the file's own; allowed: %s", essence, list)
	case slices.Contains(allowed, essence):
		return nil
	case !slices.Contains(allowed, family):
		return fmt.Errorf("%s is not allowed here; allowed: %s", essence, list)
	case CanRunScript(essence):
		return runsScriptError(essence, family, list)
	}
	return nil
}

// Choose returns the type that a file is stored as: the standard name of the declared type or, if
// that says more, the type that the file's extension stands for. A caller who declares nothing
// declares Octets.
//
// It doesn't decide whether the type is allowed.
func Choose(declared Type, extension string, allowed []string) Type {
	standard := Standard(declared.Essence)
	byName := ByExtension(extension)
	if byName == "" || byName == standard || !saysMore(byName, standard, allowed) {
		return Type{Essence: standard, Full: standard + strings.TrimPrefix(declared.Full, declared.Essence)}
	}
	return Type{Essence: byName, Full: byName}
}

// saysMore reports whether the type that the extension stands for replaces the declared one.
func saysMore(byName, declared string, allowed []string) bool {
	if isMistaken(declared, byName) {
		return Check(byName, allowed) == nil
	}
	return isVague(declared, byName) && Check(declared, allowed) != nil
}

// isMistaken reports types that systems are known to declare wrongly: an extension has the type of
// the program that opens it, or of other files with the same extension.
func isMistaken(declared, byName string) bool {
	switch declared {
	case "application/vnd.ms-excel":
		return byName == "text/csv" // Windows with Excel: Arize-ai/phoenix#11956, frappe/frappe-ui#906
	case "application/msword":
		return byName == "application/rtf" // Windows with Word
	case "application/vnd.ms-pki.stl":
		return byName == "model/stl" // Windows, which takes it for a certificate trust list
	case "application/pgp-keys":
		return byName == "application/vnd.apple.keynote" // Firefox with Debian's mime.types, as the next two
	case "model/vnd.mts":
		return byName == "video/mp2t"
	case "audio/sp-midi":
		return byName == "audio/midi"
	}
	return false
}

// isVague reports declared types that are right for a file, but for many others too. Which types
// contain which follows sub-class-of in shared-mime-info.
func isVague(declared, byName string) bool {
	switch declared {
	case Octets, "binary/octet-stream", "application/x-compressed", "application/x-compress":
		return true // Windows uses x-compressed for .tgz, .rar and .7z
	case "text/plain":
		return kind(byName) == "text" || slices.Contains([]string{"application/json", "application/rtf", "application/yaml", "application/sql"}, byName)
	case "application/zip":
		return strings.HasSuffix(byName, "+zip") || strings.HasPrefix(byName, "application/vnd.openxmlformats-officedocument.") ||
			strings.HasPrefix(byName, "application/vnd.oasis.opendocument.") || strings.HasPrefix(byName, "application/vnd.apple.")
	case "application/ogg":
		return byName == "audio/ogg" || byName == "video/ogg" // Firefox, for .ogg
	case "video/ogg":
		return byName == "audio/ogg" // older Firefox, for .ogg
	case "video/mp4", "application/mp4":
		return byName == "audio/mp4" || byName == "video/mp4" // Firefox, for .m4a
	case "image/heif":
		return byName == "image/heic" // shared-mime-info, for .heic
	}
	return false
}
