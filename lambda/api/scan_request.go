package api

import (
	"signpost/lambda/config"
	"signpost/lambda/key"
)

// scanRequest is a valid request to read what the malware scan found in one file.
type scanRequest struct {
	key  key.Key
	kind config.Kind
}

// parseScan reads POST /scans. The kind may be one whose files can't be downloaded, since the tags
// say nothing of what is in a file.
func parseScan(r request, cfg config.Files) (scanRequest, error) {
	body, err := jsonObject(r.event)
	if err != nil {
		return scanRequest{}, err
	}
	var found problems
	var s scanRequest
	body.read(&found, []field{
		{name: "key", required: true, read: func(v value) { s.readKey(v, cfg, r.caller) }},
	}, nil)
	return s, found.err()
}

func (s *scanRequest) readKey(v value, cfg config.Files, c caller) {
	if k, ok := readKey(v, cfg.KeyPrefix, c); ok {
		s.key = k
		s.kind, _ = checkKindOfFile(v, k, cfg, c)
	}
}
