package api

import (
	"context"
	"net/http"

	"signpost/lambda/config"
	"signpost/lambda/mediatype"
)

// deploymentLimits is the answer: what a page needs to know before a file is chosen.
type deploymentLimits struct {
	Kinds    []kindLimits `json:"kinds"`
	Features features     `json:"features"`
}

// kindLimits are the limits of one kind of upload. There is only the kind without a name.
type kindLimits struct {
	Kind               *string  `json:"kind"`
	Types              []string `json:"types"`              // as the deployment names them: "image/*"
	Accept             string   `json:"accept"`             // for <input type=file accept>; "" for any file
	MaxSize            int64    `json:"maxSize"`            // in bytes
	MultipartThreshold *int64   `json:"multipartThreshold"` // in bytes; nil if no file is sent in parts
}

// features are what a deployment can do beyond storing files. The contract has more features than
// there are routes: those without one are always false.
type features struct {
	Resumable bool `json:"resumable"` // POST /uploads/parts signs list and abort
	Downloads bool `json:"downloads"` // there is POST /downloads
	Listings  bool `json:"listings"`
	Deletions bool `json:"deletions"`
	Scans     bool `json:"scans"`
}

// limits serves GET /limits.
func (u *uploads) limits(_ context.Context, r request) (result, error) {
	var found problems
	queryObject(r.event).read(&found, nil, nil) // a parameter that is ignored would seem to have an effect
	if err := found.err(); err != nil {
		return result{}, err
	}
	return result{status: http.StatusOK, body: limitsOf(u.cfg), cacheable: true}, nil
}

func limitsOf(cfg config.Upload) deploymentLimits {
	unnamed := kindLimits{Types: cfg.AllowedTypes, Accept: mediatype.Accept(cfg.AllowedTypes), MaxSize: cfg.MaxSize}
	if cfg.Multipart() {
		unnamed.MultipartThreshold = &cfg.MultipartThreshold
	}
	return deploymentLimits{
		Kinds:    []kindLimits{unnamed},
		Features: features{Resumable: cfg.Multipart() && cfg.ResumableUploads, Downloads: cfg.Downloads},
	}
}
