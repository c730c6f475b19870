package presign

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
)

// NewDownloadHandler makes the download function's handler. It checks cfg as
// ParseDownloadConfig does; else it is as NewHandler.
func NewDownloadHandler(cfg Config, log *slog.Logger) (*Handler, error) {
	return newHandler(cfg, log, cfg.problems(), map[string]route{
		"POST /downloads": (*Handler).signDownload,
	})
}

// download is a checked request to read one object.
type download struct {
	sub    string // whose key it must be
	key    ownKey
	inline bool
}

// signedDownload is the answer: the request that reads the object.
type signedDownload struct {
	signedRequest
	expiry
}

// downloadFields are the fields of POST /downloads in the contract's order.
var downloadFields = []field[download]{
	{"key", true, readDownloadKey},
	{"disposition", false, readDisposition},
}

// signDownload serves POST /downloads.
func (h *Handler) signDownload(ctx context.Context, c *call) (int, any, error) {
	body, refusal := jsonBody(c.event)
	if refusal != nil {
		return 0, nil, refusal
	}
	d := download{sub: c.sub}
	if err := readFields(body, downloadFields, h.config, &d, checkDownload); err != nil {
		return 0, nil, err
	}
	w, err := h.window()
	if err != nil {
		return 0, nil, err
	}
	signed, err := h.signer.sign(ctx, s3Request{method: http.MethodGet, key: d.key.text, query: d.query()}, w)
	if err != nil {
		return 0, nil, err
	}
	c.key, c.counted = d.key.text, downloadsSigned
	return http.StatusOK, signedDownload{signed, w.expiry()}, nil
}

func readDownloadKey(d *download, cfg Config, field string, value json.RawMessage) problems {
	s, e := stringValue(field, value)
	if e == nil {
		d.key, e = readOwnKey(field, s, cfg, d.sub)
	}
	return problems{e}
}

// readDisposition reads a field that, left out, means attachment.
func readDisposition(d *download, _ Config, field string, value json.RawMessage) problems {
	s, e := stringValue(field, value)
	d.inline = s == "inline"
	if e == nil && !d.inline && s != "attachment" {
		e = refuse(InvalidRequest, field, `%s must be "attachment" or "inline"`, field)
	}
	return problems{e}
}

func checkDownload(d *download, _ Config) problems {
	var ps problems
	if d.inline && inlineType(d.key.name) == "" {
		ps.add(refuse(InvalidRequest, "disposition", "files are shown inline only if their name says that they are an image, video, sound, PDF or plain text, which can't run script; ask for attachment"))
	}
	return ps
}

// query is what S3 is told to answer with. An attachment needs nothing: it was
// stored with that disposition and with its original name (RFC 6266).
//
// Inline, the type is ours as well, whatever was uploaded under that name: a
// page that calls itself a picture is shown as a broken picture.
func (d download) query() url.Values {
	if !d.inline {
		return nil
	}
	return url.Values{
		"response-content-disposition": {"inline"},
		"response-content-type":        {inlineType(d.key.name)},
	}
}
