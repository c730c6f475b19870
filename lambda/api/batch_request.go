package api

import (
	"signpost/lambda/config"
)

// maxBatch is the largest number of files in one batch. A body holds that many if they have up to
// about 650 bytes each, and the answer then comes to about 200 kB.
const maxBatch = 100

// batchFile is one file of a batch: valid, or refused.
type batchFile struct {
	file    uploadRequest
	refused refusals // nil if the file is valid
}

// parseBatch reads POST /uploads/batch. A file that is refused is part of the result; the error is
// for the request as a whole.
func parseBatch(r request, cfg config.Upload) ([]batchFile, error) {
	body, err := jsonObject(r.event)
	if err != nil {
		return nil, err
	}
	var found problems
	var files []batchFile
	body.read(&found, []field{
		{name: "files", required: true, read: func(v value) { files = readFiles(v, cfg, r.caller) }},
	}, nil)
	return files, found.err()
}

func readFiles(v value, cfg config.Upload, c caller) []batchFile {
	elements, ok := v.array()
	switch {
	case !ok:
		return nil
	case len(elements) == 0:
		v.refuse(InvalidRequest, "is empty; give 1 to %d files", maxBatch)
		return nil
	case len(elements) > maxBatch:
		v.refuse(InvalidRequest, "has %d entries; at most %d are allowed at once", len(elements), maxBatch)
		return nil
	}
	files := make([]batchFile, len(elements))
	for i, element := range elements {
		files[i] = readFile(element, cfg, c)
	}
	return files
}

// readFile reads one file of a batch. Its refusals are those of POST /uploads, word for word, so
// they name a field of the file and not its place in the batch.
func readFile(v value, cfg config.Upload, c caller) batchFile {
	var found problems
	o, ok := value{name: "a file", json: v.json, found: &found}.object("an object")
	if !ok {
		return batchFile{refused: found.kept}
	}
	o.path = "" // its fields are named as in POST /uploads
	file, err := readUpload(o, cfg, c)
	return batchFile{file, refusalsIn(err)}
}
