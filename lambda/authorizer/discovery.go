package authorizer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"signpost/lambda/config"
)

// Limits of an issuer's answers. API Gateway itself has 1.5 seconds for each of the two, and
// 150,000 bytes, for the issuers of an HTTP API ("Quotas for configuring and running an HTTP API in
// API Gateway", Amazon API Gateway Developer Guide). That time is too short for a function that has
// just started (awslabs/aws-jwt-verify#72) and for a user pool on a bad day
// (nasa-gcn/gcn.nasa.gov#527).
const (
	fetchTimeout = 5 * time.Second // for both together
	maxAnswer    = 150_000
	maxKeysURL   = 2048 // which errors repeat
)

// source is where an issuer's keys come from.
type source struct {
	issuer  string
	client  *http.Client
	timeout time.Duration
}

// newSource makes a source that follows no redirect: only the issuer itself says where its keys
// are.
func newSource(issuer string, client *http.Client) source {
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return source{issuer, &own, fetchTimeout}
}

// fetch fetches the issuer's configuration ("OpenID Connect Discovery 1.0", 4) and the keys that it
// refers to. A set without keys is an answer too: then the issuer has withdrawn them all.
func (s source) fetch(ctx context.Context) ([]signingKey, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	defer s.client.CloseIdleConnections() // none outlives the time for which Lambda freezes the function

	var configuration struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	if err := s.get(ctx, config.ConfigurationURL(s.issuer), &configuration); err != nil {
		return nil, err
	}
	if configuration.Issuer != s.issuer { // "MUST exactly match" (4.3)
		return nil, fmt.Errorf("the configuration is that of the issuer %.200q: the issuer must be written exactly so, or isn't this one", configuration.Issuer)
	}
	if err := s.checkKeysURL(configuration.JWKSURI); err != nil {
		return nil, err
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := s.get(ctx, configuration.JWKSURI, &set); err != nil {
		return nil, err
	}
	if set.Keys == nil {
		return nil, fmt.Errorf("%s is not a JSON Web Key Set: it has no keys", configuration.JWKSURI)
	}
	return signingKeys(set.Keys), nil
}

// checkKeysURL refuses keys that anybody in between could replace ("OpenID Connect Discovery 1.0",
// 3: jwks_uri). An issuer with plain http is one on this machine, and so must its keys be.
func (s source) checkKeysURL(keys string) error {
	u, err := url.Parse(keys)
	issuer, issuerErr := url.Parse(s.issuer)
	if err := errors.Join(err, issuerErr); err != nil {
		return fmt.Errorf("the configuration's jwks_uri is %.200q, which is not a URL", keys)
	}
	if isHere := issuer.Scheme == "http" && u.Scheme == "http" && u.Host == issuer.Host; u.Host == "" || len(keys) > maxKeysURL || u.Scheme != "https" && !isHere {
		return fmt.Errorf("the configuration's jwks_uri is %.200q: it must be https, and at most %d characters", keys, maxKeysURL)
	}
	return nil
}

// get fetches a JSON document.
func (s source) get(ctx context.Context, address string, document any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s; it must be 200, and no redirect is followed", address, response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return fmt.Errorf("%s: %w", address, err)
	}
	if len(body) > maxAnswer {
		return fmt.Errorf("%s answered more than %d bytes", address, maxAnswer)
	}
	if err := json.Unmarshal(body, document); err != nil {
		return fmt.Errorf("%s is not the JSON document that it must be: %w", address, err)
	}
	return nil
}
