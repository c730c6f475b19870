package check

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	apigatewaytypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// The role that LogRole makes, and the service that may assume it.
const (
	LogRoleName    = "apigateway-logs"
	logRoleService = "apigateway.amazonaws.com"
	logRoleTrust   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + logRoleService + `"},"Action":"sts:AssumeRole"}]}`
)

// logRolePolicy is AWS's own policy for that role.
func logRolePolicy(partition string) string {
	return "arn:" + partition + ":iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

// LogRole gives API Gateway the role for its logs. Nothing else here changes an account.
type LogRole struct {
	Config aws.Config
	Place  Place
	Say    func(string)                                     // progress, a line at a time
	Wait   func(ctx context.Context, d time.Duration) error // nil waits
}

// spread is how long a new role may take until API Gateway can use it, and between is the time from
// one try to the next: UpdateAccount is limited to one request in 20 seconds ("API Gateway quotas
// for creating, deploying and managing an API").
const (
	between = 20 * time.Second
	spread  = 3 * time.Minute
)

// Plan describes in one sentence what Set would do.
func (l LogRole) Plan() string {
	return fmt.Sprintf("make the role %s, unless it is there, with AWS's policy AmazonAPIGatewayPushToCloudWatchLogs, and set it as API Gateway's log role for account %s in %s",
		LogRoleName, l.Place.Account, l.Place.Region)
}

// Set makes the role, or uses the one that Set made for another region, and waits until API Gateway
// accepts it.
func (l LogRole) Set(ctx context.Context) error {
	role, err := l.role(ctx)
	if err != nil {
		return err
	}
	client := apigateway.NewFromConfig(l.Config)
	for waited := time.Duration(0); ; waited += between {
		_, err := client.UpdateAccount(ctx, &apigateway.UpdateAccountInput{PatchOperations: []apigatewaytypes.PatchOperation{{
			Op: apigatewaytypes.OpReplace, Path: aws.String("/cloudwatchRoleArn"), Value: aws.String(role),
		}}})
		if err == nil {
			l.Say("API Gateway's log role in " + l.Place.Region + " is " + role)
			return nil
		}
		if !notYet(err) {
			return fmt.Errorf("API Gateway doesn't accept %s as its log role: %s", role, message(err))
		}
		if waited >= spread {
			return fmt.Errorf("API Gateway still doesn't accept %s as its log role after %v: %s. Run this again in a few minutes", role, spread, message(err))
		}
		if waited == 0 {
			l.Say(fmt.Sprintf("API Gateway can't see the new role yet: trying again every %v, for up to %v", between, spread))
		}
		if err := l.wait(ctx, between); err != nil {
			return err
		}
	}
}

// role returns the role's ARN. IAM is global, so a role that was made for one region exists in all.
func (l LogRole) role(ctx context.Context) (string, error) {
	client := iam.NewFromConfig(l.Config)
	name := aws.String(LogRoleName)
	var role *iamtypes.Role
	out, err := client.GetRole(ctx, &iam.GetRoleInput{RoleName: name})
	switch {
	case err == nil && !trustsAPIGateway(out.Role.AssumeRolePolicyDocument):
		return "", fmt.Errorf("the role %s exists and doesn't trust %s: it is for something else. Set another role by hand: docs/operations.md, API Gateway's log role by hand",
			LogRoleName, logRoleService)
	case err == nil:
		role = out.Role
	case code(err) == "NoSuchEntity":
		made, err := client.CreateRole(ctx, &iam.CreateRoleInput{
			RoleName: name, AssumeRolePolicyDocument: aws.String(logRoleTrust),
			Description: aws.String("API Gateway writes logs with it, in every region where it is set"),
		})
		if err != nil {
			return "", fmt.Errorf("the role %s can't be made: %s", LogRoleName, message(err))
		}
		role = made.Role
		l.Say("made the role " + aws.ToString(role.Arn))
	default:
		return "", fmt.Errorf("the role %s can't be looked up: %s", LogRoleName, message(err))
	}
	// This changes nothing if the policy is attached already.
	policy := logRolePolicy(l.Place.Partition)
	if _, err := client.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: name, PolicyArn: aws.String(policy)}); err != nil {
		return "", fmt.Errorf("the policy %s can't be attached to the role %s: %s", policy, LogRoleName, message(err))
	}
	return aws.ToString(role.Arn), nil
}

// notYet reports whether a later try can succeed. API Gateway refuses a role that IAM hasn't
// propagated yet: "The role ARN does not have required permissions configured"
// (tmobile/jazz-installer#597), "… set to API Gateway" (aws/aws-cdk#2194).
func notYet(err error) bool {
	return code(err) == "BadRequestException" && strings.Contains(message(err), "role ARN does not have required permissions") ||
		code(err) == "TooManyRequestsException"
}

func (l LogRole) wait(ctx context.Context, d time.Duration) error {
	if l.Wait != nil {
		return l.Wait(ctx, d)
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
