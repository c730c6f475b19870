package cognito

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
)

// Pool is a user pool with its app client.
type Pool struct {
	ID, ARN, ClientID string
	Issuer            string // the claim iss of its tokens
}

// Properties are the properties of a CloudFormation resource. AWS::Cognito::UserPool and
// AWS::Cognito::UserPoolClient use the names of Cognito's API.
type Properties = map[string]any

// CreatePool creates the pool and its app client as the template describes them, or updates those
// of an earlier run.
func (s *Server) CreatePool(ctx context.Context, name string, pool, client Properties) (Pool, error) {
	id, err := s.findOrCreate(ctx, "UserPools", "UserPool", with(pool, "PoolName", name), nil)
	if err != nil {
		return Pool{}, err
	}
	inPool := Properties{"UserPoolId": id}
	clientID, err := s.findOrCreate(ctx, "UserPoolClients", "UserPoolClient", with(client, "ClientName", name), inPool)
	if err != nil {
		return Pool{}, err
	}
	if err := s.call(ctx, "UpdateUserPool", with(pool, "UserPoolId", id), nil); err != nil {
		return Pool{}, err
	}
	update := with(client, "UserPoolId", id)
	update["ClientId"] = clientID
	if err := s.call(ctx, "UpdateUserPoolClient", update, nil); err != nil {
		return Pool{}, err
	}
	return Pool{ID: id, ARN: "arn:aws:cognito-idp:local:local:userpool/" + id, ClientID: clientID, Issuer: s.issuer(id)}, nil
}

// findOrCreate returns the id of the pool or client with the name, and creates it if there is none.
func (s *Server) findOrCreate(ctx context.Context, plural, singular string, properties, parent Properties) (string, error) {
	type described struct{ Id, ClientId, Name, ClientName string }
	var list map[string][]described
	if err := s.call(ctx, "List"+plural, with(parent, "MaxResults", 60), &list); err != nil {
		return "", err
	}
	for _, d := range list[plural] {
		if d.ClientName+d.Name == fmt.Sprint(properties["ClientName"]) || d.Name == fmt.Sprint(properties["PoolName"]) {
			return d.ClientId + d.Id, nil
		}
	}
	request := maps.Clone(properties)
	maps.Copy(request, parent)
	var created map[string]described
	if err := s.call(ctx, "Create"+singular, request, &created); err != nil {
		return "", err
	}
	d := created[singular]
	return d.ClientId + d.Id, nil
}

// CreateUser creates a confirmed user with the password, or sets the password of an existing user.
func (s *Server) CreateUser(ctx context.Context, pool Pool, email, password string) error {
	user := Properties{"UserPoolId": pool.ID, "Username": email}
	if err := s.call(ctx, "AdminGetUser", user, nil); err != nil {
		create := with(user, "MessageAction", "SUPPRESS")
		create["UserAttributes"] = []map[string]string{{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}}
		if err := s.call(ctx, "AdminCreateUser", create, nil); err != nil {
			return err
		}
	}
	set := with(user, "Password", password)
	set["Permanent"] = true
	return s.call(ctx, "AdminSetUserPassword", set, nil)
}

func with(p Properties, key string, value any) Properties {
	p = maps.Clone(p)
	if p == nil {
		p = Properties{}
	}
	p[key] = value
	return p
}

// call calls an operation of Cognito's API through the socket.
func (s *Server) call(ctx context.Context, operation string, input, output any) error {
	body, err := json.Marshal(input)
	if err != nil {
		return fmt.Errorf("cognito: %s: %w", operation, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://cognito-local/", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("cognito: %s: %w", operation, err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", operationPrefix+operation)
	response, err := s.client.Do(request)
	if err != nil {
		return fmt.Errorf("cognito: %s: %w", operation, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("cognito: %s: %w", operation, err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("cognito: %s: %s: %s", operation, response.Status, answer)
	}
	if output == nil {
		return nil
	}
	return json.Unmarshal(answer, output)
}
