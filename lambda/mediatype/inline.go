package mediatype

// Inline returns the type with which a file with this extension may be shown in a browser, "" if it
// may not be shown. The type can't run script, whatever the file contains: a page that claims to be
// a picture is shown as a broken picture.
func Inline(extension string) string {
	switch t := ByExtension(extension); t {
	case "image/png", "image/apng", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/jxl", "image/heic", "image/heif",
		"image/bmp", "image/tiff", "image/vnd.microsoft.icon",
		"video/mp4", "video/quicktime", "video/webm", "video/ogg", "video/mpeg", "video/mp2t", "video/3gpp", "video/3gpp2",
		"video/matroska", "video/x-msvideo",
		"audio/mpeg", "audio/mp4", "audio/aac", "audio/wav", "audio/ogg", "audio/webm", "audio/flac", "audio/aiff", "audio/midi", "audio/amr", "audio/matroska",
		"application/pdf":
		return t
	case "text/plain":
		return "text/plain; charset=utf-8" // without it a browser would guess from the bytes
	}
	return ""
}
