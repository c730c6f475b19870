// Package mediatype decides everything about media types: how they are read, which names mean the
// same type, which type an extension stands for, which types a deployment allows, and which ones a
// browser would run as a page.
//
//	declared, err := mediatype.Parse(`Video/WebM;codecs=vp8,opus`) // video/webm; codecs="vp8,opus"
//	t := mediatype.Choose(declared, ".webm", allowed)
//	err = mediatype.Check(t.Essence, allowed)
//
// The functions use it to check uploads, and the infrastructure to check AllowedTypes, so the two
// can't disagree. It imports neither the CDK nor an SDK, and does nothing at start.
//
// The rules are:
//
//   - A file is stored under the standard name of its type. Browsers take other names from the
//     operating system.
//   - A family such as image/* never includes a type that can run script. Such a type must be
//     allowed by its full name.
//   - The extension of a file's name counts only if the caller names no type, or one that says less
//     than the extension.
package mediatype

//go:generate go run ./generate
