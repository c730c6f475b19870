package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"

	"signpost/lambda/config"
	"signpost/local/issuer"
)

// issuerStage is the stage whose template names an issuer on this machine: issuerStage in
// infra/stages.go, which can't be imported here without the CDK.
const issuerStage = "issuer"

// reserveIssuer reserves the port of the issuer that the stage's template has to name; nil for
// another stage.
func (s *stack) reserveIssuer(stage string) (reserved *issuer.Reservation, err error) {
	if stage == issuerStage {
		reserved, err = issuer.Reserve(s.state.Ports.Issuer)
	}
	return reserved, err
}

// startIssuer starts the issuer, if the template accepts its tokens. They are for the audience that
// the template names.
func (s *stack) startIssuer(ctx context.Context, reserved *issuer.Reservation, node, root string, page net.Listener) error {
	if reserved == nil {
		return nil
	}
	accepted, err := s.acceptedIssuers()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(accepted, func(i config.Issuer) bool { return i.URL == reserved.URL })
	if i < 0 {
		return fmt.Errorf("the template of stage %s doesn't accept the tokens of the issuer on this machine, %s", issuerStage, reserved.URL)
	}
	audience := accepted[i].Audiences[0]
	s.issuer, err = reserved.Start(ctx, issuer.Config{
		Node: node, Script: filepath.Join(root, issuerScript), Dir: filepath.Join(s.dir, "issuer"),
		Audience: audience, Pages: pageURLs(page), Users: s.issuerUsers(),
	})
	if err != nil {
		return err
	}
	s.state.Ports.Issuer = reserved.Port
	s.outputs.Local.Issuer = &issuerOutputs{Url: s.issuer.URL, ClientId: issuer.PageClientID, Audience: audience}
	s.outputs.Local.MachineClientId, s.outputs.Local.MachineSecretFile = issuer.MachineClientID, s.issuer.MachineSecretFile
	return nil
}

// acceptedIssuers returns the issuers whose tokens the template accepts.
func (s *stack) acceptedIssuers() ([]config.Issuer, error) {
	for _, function := range s.template.OfType("AWS::Lambda::Function") {
		var properties struct {
			Handler     string
			Environment struct{ Variables map[string]string }
		}
		if err := s.template.Decode(function, &properties); err != nil {
			return nil, err
		}
		if properties.Handler != authorize {
			continue
		}
		settings, err := config.AuthorizerFromEnvironment(func(name string) string { return properties.Environment.Variables[name] })
		return settings.Issuers, err
	}
	return nil, errors.New("the template has no function that verifies tokens")
}

// issuerUsers are the run's users. Their subjects have a character that a key can't have, as those
// of Auth0 do. The first is an editor.
func (s *stack) issuerUsers() (users []issuer.User) {
	for i, username := range usernames {
		u := user{username, s.state.password(username)}
		s.outputs.Local.Users = append(s.outputs.Local.Users, u)
		name, _, _ := strings.Cut(username, "@")
		groups := []string{}
		if i == 0 {
			groups = append(groups, "editors")
		}
		users = append(users, issuer.User{
			Subject: "local|" + name, Username: u.Username, Password: u.Password,
			Name: strings.ToUpper(name[:1]) + name[1:], Groups: groups,
		})
	}
	return users
}

// issuerDifferences are those of a run with an issuer.
var issuerDifferences = []string{
	"Issuer: oidc-provider on this machine stands in for yours. It has no second factor, doesn't limit attempts, and its sign-in page has a button for each user.",
	"Issuer: its access tokens have the claims groups and aud. Yours may need a setting, a scope or a rule for that.",
}
