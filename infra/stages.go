package infra

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"signpost/infra/uploads"
	"signpost/lambda/config"
)

// Stage is one deployment: its name and the props of its Uploads.
type Stage struct {
	Name    string // lower-case: the value of `-c stage=…`
	Uploads uploads.Props
}

// StackName is the stage's stack, in CloudFormation and on the command line: "Signpost-dev".
func (s Stage) StackName() string { return "Signpost-" + s.Name }

// Stages returns the stages: edit them here. The functions' code is not in them; the app adds it.
func Stages() []Stage {
	return []Stage{
		{Name: "local", Uploads: local()},
		{Name: "local-scan", Uploads: scanned(local())},
		{Name: issuerStage, Uploads: ofIssuer(local())},
		{Name: "dev", Uploads: uploads.Props{
			AllowedOrigins:   []string{"http://localhost:8080"},
			Callers:          uploads.Callers{NewPool: &uploads.NewPool{OptionalMFA: true}},
			LogRetentionDays: 7,
			Disposable:       true,
		}},
		{Name: "staging", Uploads: uploads.Props{
			AllowedOrigins:   []string{"https://staging.example.com"},
			LogRetentionDays: 30,
		}},
		{Name: "production", Uploads: uploads.Props{
			AllowedOrigins:   []string{"https://example.com", "https://www.example.com"},
			URLLifetime:      5 * time.Minute,
			Throttle:         uploads.Throttle{Rate: 200, Burst: 400},
			LogRetentionDays: 365,
		}},
	}
}

// local are the props of the local run: all that a page can use, but for the malware scan.
func local() uploads.Props {
	return uploads.Props{
		AllowedOrigins: []string{"http://localhost:8080", "http://127.0.0.1:8080"},
		AllowedTypes:   append(config.DefaultAllowedTypes(), "audio/*", "video/*", "text/plain", "text/csv", "application/zip"),
		MaxSize:        50 << 30,
		Kinds: []uploads.Kind{
			{Name: "avatar", AllowedTypes: []string{"image/png", "image/jpeg", "image/webp"}, MaxSize: 5 << 20, URLLifetime: time.Minute},
			{Name: "film", AllowedTypes: []string{"video/*"}, MaxSize: 50 << 30, RequiredMetadata: []string{"title"}},
		},
		Callers:          uploads.Callers{NewPool: &uploads.NewPool{OptionalMFA: true, PasswordAuth: true}},
		Multipart:        uploads.Multipart{Resumable: true},
		Downloads:        &uploads.Downloads{},
		Listings:         &uploads.Listings{},
		Deletions:        &uploads.Deletions{},
		Expiry:           &uploads.Expiry{VersionsAfterDays: 1},
		LogRetentionDays: 1,
		Disposable:       true,
	}
}

// scanned adds a malware scan. It is not in stage local, since a file then can't be read until it is
// scanned.
func scanned(props uploads.Props) uploads.Props {
	props.MalwareScan, props.Scans = true, &uploads.Scans{}
	return props
}

// issuerStage is the stage of the local run whose users an OpenID Connect provider signs in.
const issuerStage = "issuer"

// localIssuerURL stands for the provider of the local run, which names the port that it has.
const localIssuerURL = "http://127.0.0.1:8090"

// ofIssuer replaces the user pool by an issuer on this machine, and its films are for editors.
func ofIssuer(props uploads.Props) uploads.Props {
	props.Callers = uploads.Callers{Issuers: &uploads.Issuers{
		List: []uploads.Issuer{{URL: localIssuerURL, Audiences: []string{"https://signpost.example/api"}}},
	}}
	for i := range props.Kinds {
		if props.Kinds[i].Name == "film" {
			props.Kinds[i].RequiredClaims = map[string][]string{"groups": {"editors"}}
		}
	}
	return props
}

// StageNamed returns the stage with that name; the error lists the names.
func StageNamed(name string) (Stage, error) {
	var names []string
	for _, stage := range Stages() {
		if stage.Name == name {
			return stage, nil
		}
		names = append(names, stage.Name)
	}
	return Stage{}, fmt.Errorf("there is no stage %q: choose one of %s", name, strings.Join(names, ", "))
}

// isLocal reports whether the stage is one of the local run's own.
func (s Stage) isLocal() bool { return strings.HasPrefix(s.Name, "local") || s.Name == issuerStage }

// localPagePort is the port of the local run's page in the origins of its stages. It is also
// defaultPagePort in local/page.go.
const localPagePort = "8080"

// WithLocalWebhook returns a stage of the local run with a webhook, unless it has one, for the run to
// stand in for. Neither the URL nor the secret exist, so this is not for a deployment. It is an
// error for another stage.
func (s Stage) WithLocalWebhook() (Stage, error) {
	if !s.isLocal() {
		return Stage{}, fmt.Errorf("localWebhook is only for the stages of the local run, not for %q", s.Name)
	}
	if s.Uploads.Webhook == nil {
		s.Uploads.Webhook = &uploads.Webhook{
			URL:       "https://webhook.example.com/",
			SecretARN: "arn:aws:secretsmanager:us-east-1:000000000000:secret:local-AbCdEf",
		}
	}
	return s, nil
}

// WithLocalIssuer returns the stage of the local run with an issuer, with that URL for the issuer. It
// is an error for another stage, or if the URL is not an issuer's.
func (s Stage) WithLocalIssuer(url string) (Stage, error) {
	if s.Name != issuerStage {
		return Stage{}, fmt.Errorf("localIssuer is only for stage %s, not for %q", issuerStage, s.Name)
	}
	if problem := config.IssuerProblem(url); problem != "" {
		return Stage{}, fmt.Errorf("localIssuer %q %s", url, problem)
	}
	issuers := *s.Uploads.Callers.Issuers
	issuers.List = slices.Clone(issuers.List)
	issuers.List[0].URL = url
	s.Uploads.Callers.Issuers = &issuers
	return s, nil
}

// WithPagePort returns a stage of the local run with its page on another port of this machine: it
// changes the port in the page's origins. It is an error for another stage, or if port is not a
// port.
func (s Stage) WithPagePort(port string) (Stage, error) {
	if !s.isLocal() {
		return Stage{}, fmt.Errorf("pagePort is only for the stages of the local run, not for %q", s.Name)
	}
	if number, err := strconv.Atoi(port); err != nil || number < 1 || number > 65535 || strconv.Itoa(number) != port {
		return Stage{}, fmt.Errorf("pagePort %q is not a port: give a number from 1 to 65535", port)
	}
	suffix := ":" + port
	if port == "80" {
		suffix = "" // as browsers write it
	}
	origins := slices.Clone(s.Uploads.AllowedOrigins)
	for i, origin := range origins {
		for _, host := range []string{"http://localhost", "http://127.0.0.1"} {
			if origin == host+":"+localPagePort {
				origins[i] = host + suffix
			}
		}
	}
	s.Uploads.AllowedOrigins = origins
	return s, nil
}
