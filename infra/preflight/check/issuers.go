package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"signpost/infra/uploads"
	"signpost/lambda/config"
)

// checkIssuers fetches the configuration of each issuer from this machine, as the function that
// verifies tokens will from AWS.
func (c *checker) checkIssuers(ctx context.Context) []Finding {
	list := orZero(c.props.Callers.Issuers).List
	results := make([][]Finding, len(list))
	var all sync.WaitGroup
	for i, issuer := range list {
		all.Go(func() { results[i] = c.checkIssuer(ctx, fmt.Sprintf("Callers.Issuers.List[%d]", i), issuer) })
	}
	all.Wait()
	return slices.Concat(results...)
}

func (c *checker) checkIssuer(ctx context.Context, subject string, issuer uploads.Issuer) []Finding {
	switch {
	case uploads.IsToken(issuer.URL):
		return tokenFinding(subject + ".URL")
	case config.IssuerProblem(issuer.URL) != "":
		return nil // which the checks of the props report
	case strings.HasPrefix(issuer.URL, "http:"):
		return []Finding{problem(subject+".URL", fmt.Sprintf("%s is on this machine, where no function of AWS can reach it: the stage is for the local run", issuer.URL), "deploy another stage, or give an https issuer in infra/stages.go")}
	}
	found, err := c.issuerConfiguration(ctx, issuer.URL)
	if err != nil {
		return []Finding{issuerFinding(subject+".URL", issuer.URL, err)}
	}
	return found.findings(subject, issuer)
}

// issuerConfiguration is what is needed of an issuer's configuration ("OpenID Connect Discovery
// 1.0", 3).
type issuerConfiguration struct {
	Issuer     string   `json:"issuer"`
	KeysURL    string   `json:"jwks_uri"`
	Algorithms []string `json:"id_token_signing_alg_values_supported"`
}

// notAConfiguration is the error if something else than a configuration is at its address.
type notAConfiguration string

func (e notAConfiguration) Error() string { return string(e) }

// maxConfiguration is far more than any configuration has, in bytes.
const maxConfiguration = 1 << 20

// issuerConfiguration fetches an issuer's configuration from its well-known address ("OpenID Connect
// Discovery 1.0", 4.1). It follows no redirect: the configuration must come from the issuer itself.
func (c *checker) issuerConfiguration(ctx context.Context, issuer string) (found issuerConfiguration, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, config.ConfigurationURL(issuer), nil)
	if err != nil {
		return found, err
	}
	client := *c.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(request)
	if err != nil {
		return found, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return found, notAConfiguration(fmt.Sprintf("answers %d", response.StatusCode))
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxConfiguration))
	if err != nil {
		return found, err
	}
	if json.Unmarshal(body, &found) != nil {
		return found, notAConfiguration("is not a configuration in JSON")
	}
	return found, nil
}

// issuerFinding is the finding if the configuration can't be had. Whether AWS reaches what this
// machine doesn't, nobody knows.
func issuerFinding(subject, issuer string, err error) Finding {
	var other notAConfiguration
	if errors.As(err, &other) {
		return problem(subject, fmt.Sprintf("%s %s", config.ConfigurationURL(issuer), other), "give the issuer's URL as its tokens have it in iss, in infra/stages.go")
	}
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err // without the address, which is said already
	}
	return Finding{Subject: subject, Level: Unknown,
		Says: fmt.Sprintf("%s can't be reached from here (%s). If AWS can't reach it either, nobody can sign in", config.ConfigurationURL(issuer), strings.Join(strings.Fields(err.Error()), " ")),
		Do:   []string{"curl " + config.ConfigurationURL(issuer)}}
}

// findings compares an issuer's configuration with what the props say of it.
func (i issuerConfiguration) findings(subject string, issuer uploads.Issuer) (found []Finding) {
	if i.Issuer != issuer.URL {
		found = append(found, problem(subject+".URL", fmt.Sprintf("%q calls itself %q, so its tokens would be refused", issuer.URL, i.Issuer), "give exactly that URL, in infra/stages.go"))
	}
	if keys, err := url.Parse(i.KeysURL); err != nil || keys.Scheme != "https" || keys.Host == "" {
		found = append(found, problem(subject+".URL", fmt.Sprintf("%s has its keys at %q (jwks_uri), which is not https: anybody in between could give other keys", issuer.URL, i.KeysURL), "have the issuer correct it"))
	}
	algorithms := issuer.Algorithms
	if algorithms == nil {
		algorithms = []string{config.DefaultAlgorithm}
	}
	// Only a note: an access token may be signed in another way than an ID token.
	if !slices.ContainsFunc(algorithms, func(a string) bool { return slices.Contains(i.Algorithms, a) }) {
		found = append(found, note(subject+".Algorithms", fmt.Sprintf("are %s, and %s signs ID tokens with %s", strings.Join(algorithms, ", "), issuer.URL, strings.Join(i.Algorithms, ", ")),
			"unless its access tokens have another algorithm, give one of those, in infra/stages.go"))
	}
	if found == nil {
		found = append(found, fine(subject+".URL", "%s", issuer.URL))
	}
	return found
}
