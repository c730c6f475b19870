package api

import (
	"cmp"
	"context"
	"net/http"

	"signpost/lambda/key"
	"signpost/lambda/mediatype"
	"signpost/lambda/s3sign"
)

// signDownload serves POST /downloads. It signs a request for any key that can be the caller's,
// whether the object exists or not.
func (f *files) signDownload(ctx context.Context, r request) (result, error) {
	asked, err := parseDownload(r, f.cfg)
	if err != nil {
		return result{}, err
	}
	signed, err := f.sign(ctx, r, s3sign.GetObject(asked.key.Text, asked.presentation()), asked.kind)
	return result{status: http.StatusOK, body: signed, facts: facts{
		key: asked.key.Text, size: s3sign.UnknownSize, metric: downloadsSigned, count: 1,
	}}, err
}

// presentation decides how a browser presents the object.
//
// An attachment needs nothing more: it was stored with its type, that disposition and its original
// name, all of them signed. For an object that is shown inline, the function also decides the type,
// whatever was uploaded under that name: a page that claims to be a picture is shown as a broken
// picture. The key only has the slug of the name, so a caller who knows the original one can give
// it.
func (d downloadRequest) presentation() s3sign.Presentation {
	switch {
	case d.inline:
		return s3sign.Presentation{
			ContentType:        mediatype.Inline(key.Extension(d.key.Name)),
			ContentDisposition: s3sign.ContentDisposition(s3sign.Inline, cmp.Or(d.filename, d.key.Name)),
		}
	case d.filename != "":
		return s3sign.Presentation{ContentDisposition: s3sign.ContentDisposition(s3sign.Attachment, d.filename)}
	}
	return s3sign.Presentation{}
}
