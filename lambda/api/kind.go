package api

import (
	"fmt"
	"strings"

	"signpost/lambda/config"
	"signpost/lambda/key"
)

// kinds are those that a request can name.
type kinds struct {
	named []config.Kind
	find  func(name string) (config.Kind, bool) // also finds the kind with no name, if there is one
}

// readKind reads the name of a kind. It returns nil if the caller can't name that one.
func readKind(v value, cfg kinds, c caller) *config.Kind {
	name, ok := v.string()
	if !ok {
		return nil
	}
	k, ok := cfg.find(name)
	switch {
	case !ok || name == "":
		refuseKind(v, fmt.Sprintf("%q is unknown", shorten(name, 64)), cfg, c)
		return nil
	case !c.mayUse(k):
		v.refuse(Forbidden, "%q %s", name, c.barredFrom(k))
		return nil
	}
	return &k
}

// kindWithoutName returns the kind of a file for which the caller names none, nil if each file must
// have one.
func kindWithoutName(v value, cfg kinds, c caller) *config.Kind {
	k, ok := cfg.find("")
	if !ok {
		refuseKind(v, "is required", cfg, c)
		return nil
	}
	return &k
}

// refuseKind adds a refusal that lists the kinds that the caller may name.
func refuseKind(v value, problem string, cfg kinds, c caller) {
	var allowed []string
	for _, k := range cfg.named {
		if c.mayUse(k) {
			allowed = append(allowed, k.Name)
		}
	}
	hint := "allowed: " + strings.Join(allowed, ", ")
	if len(allowed) == 0 {
		hint = "leave it out"
		if _, ok := cfg.find(""); !ok {
			hint = "this token's user may use none of this deployment's kinds"
		}
	}
	v.found.add(&Error{Code: InvalidRequest, Field: v.field, Message: v.name + " " + problem + "; " + hint, Allowed: allowed})
}

// checkKindOfUpload returns the kind of an upload that has begun, and adds a refusal if no file of
// that kind can be uploaded any longer, or not by this caller.
func checkKindOfUpload(v value, k key.Key, cfg config.Upload, c caller) (config.Kind, bool) {
	kind, ok := cfg.Kind(k.Kind)
	if !ok && k.Kind == "" {
		v.refuse(InvalidKey, "names no kind of upload, and this deployment now requires one; plan the upload again, with a kind")
		return config.Kind{}, false
	}
	return kind, checkKindOfKey(v, k, kind, ok, c)
}

// checkKindOfFile returns the kind of a stored file, and adds a refusal if the caller can't use it.
func checkKindOfFile(v value, k key.Key, cfg config.Files, c caller) (config.Kind, bool) {
	kind, ok := cfg.Kind(k.Kind)
	return kind, checkKindOfKey(v, k, kind, ok, c)
}

// checkKindOfKey reports whether the deployment has the kind that a key names, and the caller may
// use it.
func checkKindOfKey(v value, k key.Key, kind config.Kind, exists bool, c caller) bool {
	switch {
	case !exists:
		v.refuse(InvalidKey, "is of the kind %q, which this deployment doesn't have", k.Kind)
		return false
	case !c.mayUse(kind):
		v.refuse(Forbidden, "is of the kind %q, which %s", k.Kind, c.barredFrom(kind))
		return false
	}
	return true
}

// sizeLimit is what messages call the size of the largest file of a kind.
func sizeLimit(k config.Kind) string {
	if k.Name == "" {
		return fmt.Sprintf("this deployment's limit of %d bytes", k.MaxSize)
	}
	return fmt.Sprintf("the limit of %d bytes for %s", k.MaxSize, k.Name)
}
