package api

import (
	"log/slog"

	"signpost/lambda/s3sign"
)

// The log line of a request also carries its metrics, which therefore need no call and no separate
// line. CloudWatch Logs reads them from the member _aws and the members that it names
// ("Specification: Embedded metric format", Amazon CloudWatch User Guide).
//
//	Latency          milliseconds   every request
//	UploadsPlanned   count          each plan; for a batch, how many of its files are planned
//	BytesPlanned     bytes          each plan whose size is known; for a batch, the sum of its planned files
//	BytesSigned      bytes          each plan, batch and answer about parts: what its URLs can store
//	DownloadsSigned  count          each download
//	ListingsSigned   count          each page of a listing
//	DeletionsSigned  count          each answer about deletions: how many files it can delete
//	ScansSigned      count          each read of what the malware scan found
//	Refusals         count          each refused request; dimension Code
//
// A line has one value of a dimension, so the refused files of a batch are not in Refusals. The
// line counts them by code in its member refused.
//
// BytesSigned is what callers can store with what was signed: the length of a PutObject, and the
// length of each part each time it is signed. The plan of a file in parts adds 0, because beginning
// an upload stores nothing. The sum can be more than BytesPlanned, which counts each file once. It
// is the most that callers can have stored, because a URL that is used again stores nothing more:
// S3 refuses to overwrite an object (If-None-Match), and a part that is sent again replaces the one
// before. A plan without a size is the exception. Only GET /api/documents/signed can make one; it
// is in neither sum, and its log line says "lengthSigned": false.
//
// Each combination of dimensions is a metric that costs money, so no dimension may have values that
// callers can choose.
const (
	uploadsPlanned  = "UploadsPlanned"
	downloadsSigned = "DownloadsSigned"
	listingsSigned  = "ListingsSigned"
	deletionsSigned = "DeletionsSigned"
	scansSigned     = "ScansSigned"
)

// emfMetadata is the EMF _aws object.
type emfMetadata struct {
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

// metricAttrs returns the members that make a log line metrics.
func metricAttrs(namespace string, e logEntry) []slog.Attr {
	plain := metricDirective{Namespace: namespace, Dimensions: [][]string{{}}}
	var values []slog.Attr
	add := func(directive *metricDirective, name, unit string, value slog.Value) {
		directive.Metrics = append(directive.Metrics, metricName{name, unit})
		values = append(values, slog.Attr{Key: name, Value: value})
	}
	add(&plain, "Latency", "Milliseconds", slog.Float64Value(e.latencyMs()))
	if e.facts.metric != "" {
		add(&plain, e.facts.metric, "Count", slog.Int64Value(e.facts.count))
	}
	if e.facts.metric == uploadsPlanned && e.facts.size != s3sign.UnknownSize {
		add(&plain, "BytesPlanned", "Bytes", slog.Int64Value(e.facts.size))
	}
	if e.facts.stores && e.facts.bytesSigned != s3sign.UnknownSize {
		add(&plain, "BytesSigned", "Bytes", slog.Int64Value(e.facts.bytesSigned))
	}
	metadata := emfMetadata{Timestamp: e.end.UnixMilli(), CloudWatchMetrics: []metricDirective{plain}}
	if e.code != "" {
		refused := metricDirective{Namespace: namespace, Dimensions: [][]string{{"Code"}}}
		add(&refused, "Refusals", "Count", slog.Int64Value(1))
		values = append(values, slog.String("Code", string(e.code)))
		metadata.CloudWatchMetrics = append(metadata.CloudWatchMetrics, refused)
	}
	return append(values, slog.Any("_aws", metadata))
}
