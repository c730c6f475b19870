package presign

import (
	"log/slog"
	"time"
)

// A request's log line is at the same time its metrics: CloudWatch Logs reads
// them out of the member _aws, and their values beside it (AWS,
// "Specification: Embedded metric format"). So they cost no call and no line.
//
//	Latency          milliseconds   every request
//	UploadsPlanned   count          each plan answered
//	BytesPlanned     bytes          each plan answered whose size is known
//	BytesSigned      bytes          each plan and each answer about parts: what its URLs can store, each used once
//	DownloadsSigned  count          each download answered
//	Refusals         count          each error answered; dimension Code
//
// BytesSigned is what a caller can store with what was signed: a PutObject's length, and each part's length each time
// it is signed. A plan of a file in parts has 0, since beginning stores nothing. It can be more than BytesPlanned,
// which has each file once, and less than what is stored, since a URL can be used again while it lives. A plan without
// a size (GET /api/documents/signed alone) is in neither: its log line says "lengthSigned": false.
//
// Each combination of dimensions is a metric that is paid for, so no dimension
// may take values that a caller can make up.
const (
	uploadsPlanned  = "UploadsPlanned"
	downloadsSigned = "DownloadsSigned"
)

// metrics is what says of the values beside it which are metrics.
type metrics struct {
	Timestamp         int64             `json:"Timestamp"` // milliseconds since 1970
	CloudWatchMetrics []metricDirective `json:"CloudWatchMetrics"`
}

type metricDirective struct {
	Namespace  string       `json:"Namespace"`
	Dimensions [][]string   `json:"Dimensions"`
	Metrics    []metricName `json:"Metrics"`
}

type metricName struct {
	Name string `json:"Name"`
	Unit string `json:"Unit"`
}

// metricAttrs are the members that make a log line metrics.
func (h *Handler) metricAttrs(c *call, code Code, now time.Time, took time.Duration) []slog.Attr {
	plain := metricDirective{Namespace: h.config.MetricsNamespace, Dimensions: [][]string{{}}}
	var values []slog.Attr
	count := func(in *metricDirective, name, unit string, value slog.Value) {
		in.Metrics = append(in.Metrics, metricName{name, unit})
		values = append(values, slog.Attr{Key: name, Value: value})
	}
	count(&plain, "Latency", "Milliseconds", slog.Float64Value(float64(took.Microseconds())/1000))
	if code == "" && c.counted != "" {
		count(&plain, c.counted, "Count", slog.Int64Value(1))
	}
	if code == "" && c.counted == uploadsPlanned && c.size != unknownSize {
		count(&plain, "BytesPlanned", "Bytes", slog.Int64Value(c.size))
	}
	if code == "" && c.stores && c.bytesSigned != unknownSize {
		count(&plain, "BytesSigned", "Bytes", slog.Int64Value(c.bytesSigned))
	}
	m := metrics{Timestamp: now.UnixMilli(), CloudWatchMetrics: []metricDirective{plain}}
	if code != "" {
		refusals := metricDirective{Namespace: h.config.MetricsNamespace, Dimensions: [][]string{{"Code"}}}
		count(&refusals, "Refusals", "Count", slog.Int64Value(1))
		values = append(values, slog.String("Code", string(code)))
		m.CloudWatchMetrics = append(m.CloudWatchMetrics, refusals)
	}
	return append(values, slog.Any("_aws", m))
}
