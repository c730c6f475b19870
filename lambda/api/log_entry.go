package api

import "time"

// logEntry is what the log line of a request is made of.
type logEntry struct {
	requestID  string
	route      string // "POST /uploads"
	caller     caller // the zero value until the token has been checked
	status     int
	facts      facts // of an answer; zero if the request was refused
	code       Code  // of a refusal, "" for an answer
	err        error // of a refusal
	start, end time.Time
}

func (e logEntry) latencyMs() float64 { return float64(e.end.Sub(e.start).Microseconds()) / 1000 }
