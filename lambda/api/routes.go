package api

import (
	"fmt"
	"log/slog"

	"signpost/lambda/config"
)

// Each function has its own constructor and names its own routes there, by method and resource as
// the template has them. The linker then leaves the other functions' code out of its binary.

// NewUploadHandler makes the handler of the function that signs uploads. It validates cfg, and
// doesn't copy its slices: don't change them afterwards. The log gets one line for each request.
func NewUploadHandler(cfg config.Upload, signer Signer, log *slog.Logger) (*Handler, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	u := &uploads{cfg, signer}
	routes := map[string]route{
		"GET /limits":               u.limits,
		"POST /uploads":             u.plan,
		"POST /uploads/batch":       u.planBatch,
		"GET /api/documents/signed": u.signDocument,
	}
	if cfg.Multipart() { // otherwise no file is ever split
		routes["POST /uploads/parts"] = u.signParts
	}
	return newHandler(cfg.Shared, routes, log), nil
}

// NewDownloadHandler makes the handler of the function that signs downloads, as [NewUploadHandler]
// does.
func NewDownloadHandler(cfg config.Files, signer Signer, log *slog.Logger) (*Handler, error) {
	f := &files{cfg, signer}
	return f.newHandler("POST /downloads", f.signDownload, log)
}

// NewListHandler makes the handler of the function that signs listings.
func NewListHandler(cfg config.Files, signer Signer, log *slog.Logger) (*Handler, error) {
	f := &files{cfg, signer}
	return f.newHandler("POST /listings", f.signListing, log)
}

// NewDeleteHandler makes the handler of the function that signs deletions.
func NewDeleteHandler(cfg config.Files, signer Signer, log *slog.Logger) (*Handler, error) {
	f := &files{cfg, signer}
	return f.newHandler("POST /deletions", f.signDeletions, log)
}

// NewScanHandler makes the handler of the function that signs reads of what the malware scan found.
func NewScanHandler(cfg config.Files, signer Signer, log *slog.Logger) (*Handler, error) {
	f := &files{cfg, signer}
	return f.newHandler("POST /scans", f.signScan, log)
}

// newHandler makes the handler of a function that has one route.
func (f *files) newHandler(name string, serve route, log *slog.Logger) (*Handler, error) {
	if err := f.cfg.Validate(); err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	return newHandler(f.cfg.Shared, map[string]route{name: serve}, log), nil
}
