package api

import (
	"context"
	"log/slog"

	"signpost/lambda/s3sign"
)

// writeLog writes the one line of a request, which also holds its metrics. The line says what was
// asked for and how it ended. It never holds a URL, a token, or what a caller wrote in a refused
// request.
func writeLog(ctx context.Context, log *slog.Logger, namespace string, e logEntry) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("requestId", e.requestID),
		slog.String("route", e.route),
		slog.Int("status", e.status),
		slog.Float64("latencyMs", e.latencyMs()),
	}
	if e.caller.Subject != "" {
		attrs = append(attrs, slog.String("sub", e.caller.Subject))
	}
	if e.caller.Owner != e.caller.Subject {
		attrs = append(attrs, slog.String("owner", e.caller.Owner))
	}
	attrs = append(attrs, factAttrs(e.facts)...)
	if e.code != "" {
		attrs = append(attrs, slog.String("code", string(e.code)))
	}
	if e.code == Internal {
		level = slog.LevelError
		attrs = append(attrs, slog.String("error", e.err.Error()))
	}
	attrs = append(attrs, metricAttrs(namespace, e)...)
	log.LogAttrs(ctx, level, "request", attrs...)
}

// factAttrs returns the members about what was signed, none for a refusal.
func factAttrs(f facts) []slog.Attr {
	var attrs []slog.Attr
	if f.batch != nil {
		attrs = append(attrs, slog.Int("files", f.batch.files), slog.Int64("planned", f.count), slog.Any("refused", f.batch.refused))
	}
	if f.key != "" {
		attrs = append(attrs, slog.String("key", f.key))
	}
	if f.keys != nil {
		attrs = append(attrs, slog.Any("keys", f.keys))
	}
	if (f.key != "" || f.batch != nil) && f.size != s3sign.UnknownSize {
		attrs = append(attrs, slog.Int64("size", f.size))
	}
	switch {
	case !f.stores:
	case f.bytesSigned == s3sign.UnknownSize:
		attrs = append(attrs, slog.Bool("lengthSigned", false))
	default:
		attrs = append(attrs, slog.Int64("bytesSigned", f.bytesSigned))
	}
	return attrs
}
