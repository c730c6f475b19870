package api

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/config"
)

// Handler answers API Gateway's proxy events. It keeps no state between them and may be called
// concurrently.
type Handler struct {
	cfg    config.Shared
	routes map[string]route // by method and resource: "POST /uploads"
	log    *slog.Logger
	now    func() time.Time
}

func newHandler(cfg config.Shared, routes map[string]route, log *slog.Logger) *Handler {
	return &Handler{cfg: cfg, routes: routes, log: log, now: time.Now}
}

// Handle answers one request. It never returns an error, because API Gateway would turn it into a
// bare 502. A failure becomes an ordinary error response.
func (h *Handler) Handle(ctx context.Context, e events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	entry := logEntry{requestID: e.RequestContext.RequestID, route: e.HTTPMethod + " " + e.Resource, start: h.now()}
	r, c, err := h.serve(ctx, e, entry.route, entry.start)
	if err != nil {
		found := refusalsOf(err)
		entry.code, entry.err = found[0].Code, err
		r = result{status: entry.code.Status(), body: newErrorBody(found, entry.requestID)}
	}
	entry.caller, entry.status, entry.facts, entry.end = c, r.status, r.facts, h.now()
	writeLog(ctx, h.log, h.cfg.MetricsNamespace, entry)
	return response(r, header(e, "Origin"), h.cfg.AllowedOrigins), nil
}

// serve finds the route and the caller, and returns the route's result. The caller is known even if
// the route, or a check of what the token says, refuses the request. A panic becomes an error.
func (h *Handler) serve(ctx context.Context, e events.APIGatewayProxyRequest, name string, now time.Time) (r result, c caller, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	serveRoute, ok := h.routes[name]
	if !ok {
		return result{}, caller{}, refuse(NotFound, "", "there is no such route")
	}
	if c, err = authenticate(e, h.cfg, now); err != nil { // c is named for a panic as well
		return result{}, c, err
	}
	r, err = serveRoute(ctx, request{event: e, caller: c, time: now})
	return r, c, err
}
