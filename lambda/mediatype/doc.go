// Package mediatype is the one place that decides about media types: how they are read, which names mean the same type,
// what a file's extension says, which types a deployment takes, and which a browser would run as a page.
//
//	declared, err := mediatype.Parse(`Video/WebM;codecs=vp8,opus`) // video/webm; codecs="vp8,opus"
//	t := mediatype.Choose(declared, ".webm", allowed)
//	err = mediatype.Check(t.Essence, allowed)
//
// The functions use it to judge uploads, and infra to judge the prop AllowedTypes, so the two can't disagree. It
// imports neither the CDK nor an SDK, and does nothing at start.
//
// The rules are:
//
//   - What is stored is the type's standard name. Browsers take other names from the operating system.
//   - A family such as image/* never takes in what can run script. Such a type must be named in full.
//   - A name's extension counts only where the caller names no type, or one that says less than the extension.
package mediatype

//go:generate go run ./generate
