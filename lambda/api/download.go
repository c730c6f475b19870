package presign

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"signpost/lambda/mediatype"
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
	sub      string // whose key it must be
	key      ownKey
	inline   bool
	filename string // "" where the caller gave none
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
	{"filename", false, readDownloadName},
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
	d.inline = s == inline
	if e == nil && !d.inline && s != attachment {
		e = refuse(InvalidRequest, field, `%s must be "attachment" or "inline"`, field)
	}
	return problems{e}
}

func readDownloadName(d *download, _ Config, field string, value json.RawMessage) problems {
	s, e := filenameValue(field, value)
	d.filename = s
	return problems{e}
}

func checkDownload(d *download, _ Config) problems {
	var ps problems
	_, ext, _ := splitExtension(d.key.name)
	if d.inline && mediatype.Inline(ext) == "" {
		ps.add(refuse(InvalidRequest, "disposition", "files are shown inline only if their name says that they are an image, video, sound, PDF or plain text, which can't run script; ask for attachment"))
	}
	if _, wanted, _ := splitExtension(d.filename); d.filename != "" && !strings.EqualFold(wanted, ext) {
		ps.add(refuse(InvalidRequest, "filename", "filename must end in %q, as the key does: a file is not saved as another kind", ext))
	}
	return ps
}

// query is what S3 is told to answer with (AWS, "GetObject", which lists the
// six headers that a signed request can override).
//
// Whoever holds an upload's URL can add the four headers that are set here
// first, for SigV4 forbids nothing that is not signed, and S3 stores them. None
// of them is passed on. What an empty value does is not documented, so each has
// the one that says least: identity is no coding (RFC 9110, section 12.5.3;
// browsers read such a file as it is), und is no known language (RFC 5646,
// section 4.1), and Expires is long over.
//
// An attachment needs no more: it was stored with its type, that disposition
// and its original name, all three signed. Inline, the type is ours as well,
// whatever was uploaded under that name: a page that calls itself a picture is
// shown as a broken picture. The key knows only the name's slug, so who has the
// original one gives it.
func (d download) query() url.Values {
	q := url.Values{
		"response-cache-control":    {"private, no-store"},
		"response-content-encoding": {"identity"},
		"response-content-language": {"und"},
		"response-expires":          {"Thu, 01 Jan 1970 00:00:00 GMT"},
	}
	switch {
	case d.inline:
		_, ext, _ := splitExtension(d.key.name)
		q.Set("response-content-disposition", contentDisposition(inline, cmp.Or(d.filename, d.key.name)))
		q.Set("response-content-type", mediatype.Inline(ext))
	case d.filename != "":
		q.Set("response-content-disposition", contentDisposition(attachment, d.filename))
	}
	return q
}
