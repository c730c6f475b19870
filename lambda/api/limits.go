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

// kindLimits are the limits of one kind of upload.
type kindLimits struct {
	Kind               *string  `json:"kind"`               // its name; nil for the kind with no name
	Types              []string `json:"types"`              // as the deployment names them: "image/*"
	Accept             string   `json:"accept"`             // for <input type=file accept>; "" for any file
	MaxSize            int64    `json:"maxSize"`            // in bytes
	MultipartThreshold *int64   `json:"multipartThreshold"` // in bytes; nil if no file is sent in parts
	RequiredMetadata   []string `json:"requiredMetadata"`   // names that each file's metadata must have
	Downloads          bool     `json:"downloads"`          // POST /downloads signs reads
}

// features are what a deployment can do beyond storing files.
type features struct {
	Resumable bool `json:"resumable"` // POST /uploads/parts signs list and abort
	Downloads bool `json:"downloads"` // there is POST /downloads
	Listings  bool `json:"listings"`  // there is POST /listings
	Deletions bool `json:"deletions"` // there is POST /deletions
	Scans     bool `json:"scans"`     // there is POST /scans
}

// limits serves GET /limits.
func (u *uploads) limits(_ context.Context, r request) (result, error) {
	var found problems
	queryObject(r.event).read(&found, nil, nil) // a parameter that is ignored would seem to have an effect
	if err := found.err(); err != nil {
		return result{}, err
	}
	return result{status: http.StatusOK, body: limitsOf(u.cfg, r.caller), cacheable: true}, nil
}

// limitsOf leaves out the kinds that the caller can't use.
func limitsOf(cfg config.Upload, c caller) deploymentLimits {
	kinds := []kindLimits{} // "kinds" is an array in every answer
	for _, k := range cfg.KindsForUpload() {
		if c.mayUse(k) {
			kinds = append(kinds, kindLimitsOf(cfg, k))
		}
	}
	return deploymentLimits{Kinds: kinds, Features: features{
		Resumable: cfg.Multipart() && cfg.ResumableUploads,
		Downloads: cfg.Downloads,
		Listings:  cfg.Listings,
		Deletions: cfg.Deletions,
		Scans:     cfg.Scans,
	}}
}

func kindLimitsOf(cfg config.Upload, k config.Kind) kindLimits {
	limits := kindLimits{
		Types:            k.AllowedTypes,
		Accept:           mediatype.Accept(k.AllowedTypes),
		MaxSize:          k.MaxSize,
		RequiredMetadata: append([]string{}, k.RequiredMetadata...), // an array in every answer
		Downloads:        cfg.Downloads && !k.NoDownloads,
	}
	if k.Name != "" {
		limits.Kind = &k.Name
	}
	if k.MaxSize > cfg.MultipartThreshold {
		limits.MultipartThreshold = &cfg.MultipartThreshold
	}
	return limits
}
