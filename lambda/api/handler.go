package presign

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// Handler answers API Gateway's proxy events. It keeps no state between them
// and may be called concurrently.
type Handler struct {
	config Config
	routes map[string]route
	signer *signer
	log    *slog.Logger
	now    func() time.Time
}

// NewHandler makes the upload function's handler. It checks cfg as ParseConfig
// does; the error names what is wrong. log gets one line a request. It copies
// nothing of cfg's slices: leave them alone.
func NewHandler(cfg Config, log *slog.Logger) (*Handler, error) {
	routes := map[string]route{
		"POST /uploads":             (*Handler).planUpload,
		"GET /api/documents/signed": (*Handler).signDocument,
	}
	if cfg.MaxSize > cfg.MultipartThreshold { // else nothing is ever cut
		routes["POST /uploads/parts"] = (*Handler).signParts
	}
	return newHandler(cfg, log, cfg.uploadProblems(), routes)
}

// route serves one kind of request: a status and a body, or an error.
type route func(*Handler, context.Context, *call) (int, any, error)

// newHandler is for the two constructors. Each names its own routes, by method
// and resource as the template has them, so that the linker leaves the other's
// code out of its binary.
func newHandler(cfg Config, log *slog.Logger, problems []error, routes map[string]route) (*Handler, error) {
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("presign: %w", err)
	}
	return &Handler{config: cfg, routes: routes, signer: newSigner(cfg), log: log, now: time.Now}, nil
}

// call is one request under way, and what its log line will say.
type call struct {
	event events.APIGatewayProxyRequest
	route string // "POST /uploads"
	sub   string // "" until the token has been checked
	key   string // "" where nothing was signed
	size  int64

	counted string // the metric that counts this kind of request, "" for none

	stores      bool  // whether what was signed stores bytes
	bytesSigned int64 // how many at the most, each URL used once; unknownSize if no length was signed
}

// Handle answers one request. The error is always nil: what goes wrong is an
// answer with an api error in it, and API Gateway makes a bare 502 of an error.
func (h *Handler) Handle(ctx context.Context, e events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	start := h.now()
	c := &call{event: e, route: e.HTTPMethod + " " + e.Resource, size: unknownSize}
	status, body, err := h.serve(ctx, c)
	var code Code
	if err != nil {
		ps := problemsOf(err)
		code = ps[0].Code
		status, body = code.Status(), errorAnswer(ps, e.RequestContext.RequestID)
	}
	end := h.now()
	h.logRequest(ctx, c, status, code, err, end, end.Sub(start))
	return h.respond(e, status, body), nil
}

// serve finds the route, the caller and the answer. A panic becomes an error.
func (h *Handler) serve(ctx context.Context, c *call) (status int, body any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	serveRoute, ok := h.routes[c.route]
	if !ok {
		return 0, nil, refuse(NotFound, "", "there is no such route")
	}
	sub, refusal := callerOf(c.event, h.config)
	c.sub = sub
	if refusal != nil {
		return 0, nil, refusal
	}
	return serveRoute(h, ctx, c)
}

// planUpload serves POST /uploads.
func (h *Handler) planUpload(ctx context.Context, c *call) (int, any, error) {
	body, refusal := jsonBody(c.event)
	if refusal != nil {
		return 0, nil, refusal
	}
	u, err := parsePlan(body, h.config)
	if err != nil {
		return 0, nil, err
	}
	planned, err := h.plan(ctx, c, u, u.size > h.config.MultipartThreshold)
	return http.StatusCreated, planned, err
}

// signDocument serves GET /api/documents/signed: always a single PutObject, for
// its callers know no more than to send that.
func (h *Handler) signDocument(ctx context.Context, c *call) (int, any, error) {
	u, err := parseQuery(c.event, h.config)
	if err != nil {
		return 0, nil, err
	}
	planned, err := h.plan(ctx, c, u, false)
	return http.StatusOK, planned, err
}
