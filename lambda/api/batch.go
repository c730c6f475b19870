package api

import (
	"context"
	"net/http"
)

// plannedBatch is the answer: a plannedUpload or an errorBody for each file, in the order of the
// request. It expires as soon as the first of its plans.
type plannedBatch struct {
	Files []any `json:"files"`
	expiry
}

// planBatch serves POST /uploads/batch. It plans each file as POST /uploads would. A file that is
// refused takes its place in the answer and refuses no other, even if all of them are refused. A
// fault of the function is never the fault of one file: it fails the request.
func (u *uploads) planBatch(ctx context.Context, r request) (result, error) {
	files, err := parseBatch(r, u.cfg)
	if err != nil {
		return result{}, err
	}
	validity, err := u.signer.Validity(r.time, u.cfg.URLLifetime)
	if err != nil {
		return result{}, err
	}
	answer := plannedBatch{Files: make([]any, len(files)), expiry: expiryOf(validity)}
	total := facts{metric: uploadsPlanned, stores: true, batch: &batchFacts{files: len(files), refused: map[Code]int{}}}
	for i, f := range files {
		planned, signed, found, err := u.planBatchFile(ctx, r, f)
		switch {
		case err != nil:
			return result{}, err
		case found != nil:
			answer.Files[i] = newErrorBody(found, r.event.RequestContext.RequestID)
			total.batch.refused[found[0].Code]++
		default:
			answer.Files[i] = planned
			answer.expiry = earlier(answer.expiry, planned.expiry)
			total.add(signed)
		}
	}
	return result{status: http.StatusOK, body: answer, facts: total}, nil
}

// planBatchFile plans one file, or returns why it is refused.
func (u *uploads) planBatchFile(ctx context.Context, r request, f batchFile) (plannedUpload, facts, refusals, error) {
	if f.refused != nil {
		return plannedUpload{}, facts{}, f.refused, nil
	}
	planned, signed, err := u.planFile(ctx, r, f.file)
	if found := refusalsIn(err); found != nil { // of a file whose headers are too long for S3
		return plannedUpload{}, facts{}, found, nil
	}
	return planned, signed, nil, err
}

// add counts one more planned file, whose size is known.
func (f *facts) add(file facts) {
	f.count += file.count
	f.size += file.size
	f.bytesSigned += file.bytesSigned
}
