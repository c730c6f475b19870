package main

import (
	"context"
	"net/http"
	"strings"

	"signpost/local/cognito"
)

// issuerDomain is what the tokens of all user pools of a region name as their issuer, with the
// pool's id behind it ("Verifying JSON web tokens", Amazon Cognito Developer Guide).
const issuerDomain = "https://cognito-idp." + region + ".amazonaws.com"

// createUserPool creates the user pool, its app client and the users. Without a user pool in the
// template it ends Cognito, which was started before the template was known.
func (s *stack) createUserPool(ctx context.Context) error {
	if len(s.template.OfType("AWS::Cognito::UserPool")) == 0 {
		s.cognito.Close()
		s.cognito = nil
		return nil
	}
	poolResource, err := s.template.Only("AWS::Cognito::UserPool")
	if err != nil {
		return err
	}
	clientResource, err := s.template.Only("AWS::Cognito::UserPoolClient")
	if err != nil {
		return err
	}
	var poolProperties, clientProperties cognito.Properties
	if err := s.template.Decode(poolResource, &poolProperties); err != nil {
		return err
	}
	if err := s.template.Decode(clientResource, &clientProperties); err != nil {
		return err
	}
	if s.pool, err = s.cognito.CreatePool(ctx, s.name, poolProperties, clientProperties); err != nil {
		return err
	}
	s.names[poolResource.ID] = s.pool.ID
	s.names[poolResource.ID+".Arn"] = s.pool.ARN
	s.names[poolResource.ID+".ProviderURL"] = s.pool.Issuer
	s.names[poolResource.ID+".ProviderName"] = strings.TrimPrefix(s.pool.Issuer, "https://")
	s.names[clientResource.ID] = s.pool.ClientID
	s.outputs.UserPoolId, s.outputs.UserPoolClientId = s.pool.ID, s.pool.ClientID
	s.outputs.Local.CognitoEndpoint, s.outputs.Local.CognitoSocket = s.cognito.URL, s.cognito.Socket
	for _, username := range usernames {
		u := user{username, s.state.password(username)}
		if err := s.cognito.CreateUser(ctx, s.pool, u.Username, u.Password); err != nil {
			return err
		}
		s.outputs.Local.Users = append(s.outputs.Local.Users, u)
	}
	return nil
}

// issuerClient returns the client with which the function that verifies tokens fetches the issuers'
// keys. Those of the template's own pool are on this machine.
func (s *stack) issuerClient() *http.Client {
	if s.cognito == nil {
		return &http.Client{}
	}
	return &http.Client{Transport: s.cognito.Transport(s.pool, http.DefaultTransport)}
}
