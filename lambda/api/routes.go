package api

import (
	"fmt"
	"log/slog"

	"signpost/lambda/config"
)

// Each function has its own constructor and names its own routes there, by method and resource as
// the template has them. The linker then leaves the other function's code out of its binary.

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
func NewDownloadHandler(cfg config.Download, signer Signer, log *slog.Logger) (*Handler, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	d := &downloads{cfg, signer}
	return newHandler(cfg.Shared, map[string]route{"POST /downloads": d.sign}, log), nil
}
