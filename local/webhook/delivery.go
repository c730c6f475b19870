package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// maxWait is the longest that the sender waits between two attempts by itself.
const maxWait = time.Minute

// deliver sends an event until it is delivered or given up.
func (s *Sender) deliver(rule Rule, event Event) {
	body, err := rule.Body(event)
	if err != nil {
		s.giveUp(rule, event, Delivery{Err: err}, 0)
		return
	}
	delivery := describe(body)
	if s.URL == "" {
		delivery.Silent = true
		s.Report(delivery)
		return
	}
	twice := s.Twice()
	began, wait := time.Now(), s.FirstWait
	for attempt := 0; ; attempt++ {
		try, again, after := s.attempt(rule, delivery)
		if s.ctx.Err() != nil {
			return
		}
		if !again {
			s.finish(rule, event, try, attempt+1, twice)
			return
		}
		// "EventBridge chooses the more conservative value" ("API destination error codes").
		try.Next = max(wait, after)
		if attempt >= rule.maxRetries || time.Since(began)+try.Next > rule.maxAge {
			try.Next = 0
			s.giveUp(rule, event, try, attempt+1)
			return
		}
		s.Report(try)
		if !s.sleep(try.Next) {
			return
		}
		wait = min(2*wait, maxWait)
	}
}

// finish reports the last attempt. An event that is sent twice is sent once more, whatever the
// answer is.
func (s *Sender) finish(rule Rule, event Event, last Delivery, attempts int, twice bool) {
	if last.Status < 200 || last.Status > 299 {
		s.giveUp(rule, event, last, attempts)
		return
	}
	s.Report(last)
	if twice && s.sleep(s.FirstWait) {
		again, _, _ := s.attempt(rule, describe(last.Body))
		again.Again = true
		if s.ctx.Err() == nil {
			s.Report(again)
		}
	}
}

func (s *Sender) giveUp(rule Rule, event Event, last Delivery, attempts int) {
	last.GivenUp = true
	s.Report(last)
	if s.Undelivered == nil {
		return
	}
	letter := Letter{Rule: rule.ID, Attempts: attempts, Event: event, Reason: fmt.Sprintf("the webhook answered %d", last.Status)}
	if last.Err != nil {
		letter.Reason = last.Err.Error()
	}
	s.Undelivered(letter)
}

// attempt posts the body once. It returns whether to try again, and how long the receiver asks to
// wait for that. A negative Retry-After is final.
func (s *Sender) attempt(rule Rule, delivery Delivery) (tried Delivery, again bool, after time.Duration) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-s.ctx.Done():
		return delivery, false, 0
	}
	began := time.Now()
	response, err := s.post(rule, delivery.Body)
	delivery.Took = time.Since(began)
	if err != nil {
		// A *url.Error repeats the URL, which may have a password.
		var inner *url.Error
		if errors.As(err, &inner) {
			err = inner.Err
			if inner.Timeout() {
				err = fmt.Errorf("no answer within %s", s.Timeout)
			}
		}
		delivery.Err = err
		return delivery, true, 0
	}
	delivery.Status = response.StatusCode
	again = isTriedAgain(response.StatusCode)
	seconds, err := retryAfter(response.Header.Get("Retry-After"))
	return delivery, again && !(err == nil && seconds < 0), seconds
}

// isTriedAgain reports whether EventBridge tries again after a status ("API destination error
// codes").
func isTriedAgain(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusProxyAuthRequired, http.StatusConflict, http.StatusTooManyRequests:
		return true
	}
	return status >= 500
}

// post sends one request, with the headers that EventBridge sends ("Headers included in requests to
// API destinations").
func (s *Sender) post(rule Rule, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(s.ctx, http.MethodPost, s.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "Amazon/EventBridge/ApiDestinations")
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("Range", "bytes=0-1048575")
	request.Header.Set("Accept-Encoding", "gzip,deflate")
	request.Header.Set(rule.Header, s.Secret)
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20))
	response.Body.Close()
	return response, nil
}

// retryAfter reads the header Retry-After: seconds, or a date ("Retry-After", RFC 9110).
func retryAfter(value string) (time.Duration, error) {
	if seconds, err := strconv.Atoi(value); err == nil {
		return time.Duration(seconds) * time.Second, nil
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0, err
	}
	return max(0, time.Until(date)), nil
}

// sleep waits, and reports whether the sender still runs.
func (s *Sender) sleep(wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// describe reads what the terminal shows of a body.
func describe(body []byte) Delivery {
	var fields struct{ Type, Key string }
	json.Unmarshal(body, &fields)
	return Delivery{Body: body, Type: fields.Type, Key: fields.Key}
}
