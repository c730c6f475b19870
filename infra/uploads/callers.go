package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// callers are those who may ask.
type callers struct {
	pool      awscognito.IUserPool
	client    awscognito.IUserPoolClient // the first, where there are several
	clientIDs []string
}

// newCallers makes a pool and a client, or takes those that the props name.
func newCallers(scope constructs.Construct, props Props) callers {
	if props.UserPoolARN != "" {
		first := props.UserPoolClientIDs[0]
		return callers{
			pool:      awscognito.UserPool_FromUserPoolArn(scope, jsii.String("UserPool"), jsii.String(props.UserPoolARN)),
			client:    awscognito.UserPoolClient_FromUserPoolClientId(scope, jsii.String("Client"), jsii.String(first)),
			clientIDs: props.UserPoolClientIDs,
		}
	}
	pool := newUserPool(scope, props)
	client := newUserPoolClient(pool, props)
	if props.RequiredGroup != "" {
		pool.AddGroup(jsii.String("Group"), &awscognito.UserPoolGroupOptions{
			GroupName:   jsii.String(props.RequiredGroup),
			Description: jsii.String("Those who may upload"),
		})
	}
	return callers{pool, client, []string{*client.UserPoolClientId()}}
}
