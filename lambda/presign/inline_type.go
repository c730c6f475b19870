package presign

// inlineType is the type that a file may be shown in a browser as, going by
// its name alone; "" if it may not. What it gives can't run script, whatever
// the file holds.
func inlineType(name string) string {
	switch t := guessType(name); t {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/heic", "image/heif",
		"image/bmp", "image/tiff", "image/vnd.microsoft.icon",
		"video/mp4", "video/quicktime", "video/webm", "video/matroska", "video/x-msvideo",
		"audio/mpeg", "audio/mp4", "audio/wav", "audio/ogg", "audio/flac",
		"application/pdf":
		return t
	case "text/plain":
		return "text/plain; charset=utf-8" // without it a browser would guess from the bytes
	}
	return ""
}
