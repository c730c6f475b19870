package presign

import (
	"context"
	"log/slog"
	"time"
)

// logRequest writes a request's one line, which holds its metrics as well. It
// names what was asked for and how it ended; never a URL, a token, or what a caller wrote in a refused request.
func (h *Handler) logRequest(ctx context.Context, c *call, status int, code Code, err error, now time.Time, took time.Duration) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("requestId", c.event.RequestContext.RequestID),
		slog.String("route", c.route),
		slog.Int("status", status),
		slog.Float64("latencyMs", float64(took.Microseconds())/1000),
	}
	if c.sub != "" {
		attrs = append(attrs, slog.String("sub", c.sub))
	}
	if c.key != "" {
		attrs = append(attrs, slog.String("key", c.key))
	}
	if c.key != "" && c.size != unknownSize {
		attrs = append(attrs, slog.Int64("size", c.size))
	}
	switch {
	case code != "" || !c.stores:
	case c.bytesSigned == unknownSize:
		attrs = append(attrs, slog.Bool("lengthSigned", false))
	default:
		attrs = append(attrs, slog.Int64("bytesSigned", c.bytesSigned))
	}
	if code != "" {
		attrs = append(attrs, slog.String("code", string(code)))
	}
	if code == Internal {
		level = slog.LevelError
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	attrs = append(attrs, h.metricAttrs(c, code, now, took)...)
	h.log.LogAttrs(ctx, level, "request", attrs...)
}
