package iam_test

import (
	"fmt"
	"slices"
	"strings"

	"signpost/internal/iam"
)

// ability is something that a principal may do with a request that has nothing wrong with it:
// "upload s3:PutObject files/uploads/me/01/cat.png". Everything that a deployment's list does not
// have must be refused.
type ability string

// probes are the actions to try, at each place of their service: those that are granted, similar
// ones, and the most dangerous ones of all services.
var probes = strings.Fields(`
	s3:AbortMultipartUpload s3:BypassGovernanceRetention s3:CreateBucket s3:DeleteBucket s3:DeleteBucketPolicy s3:DeleteObject
	s3:DeleteObjectTagging s3:DeleteObjectVersion s3:GetBucketAcl s3:GetBucketCORS s3:GetBucketLocation s3:GetBucketNotification
	s3:GetBucketPolicy s3:GetObject s3:GetObjectAcl s3:GetObjectAttributes s3:GetObjectTagging s3:GetObjectVersion
	s3:GetObjectVersionForReplication s3:GetObjectVersionTagging s3:InitiateReplication s3:ListBucket s3:ListBucketMultipartUploads
	s3:ListBucketVersions s3:ListMultipartUploadParts s3:ObjectOwnerOverrideToBucketOwner s3:PutBucketAcl s3:PutBucketCORS
	s3:PutBucketLogging s3:PutBucketNotification s3:PutBucketOwnershipControls s3:PutBucketPolicy s3:PutBucketPublicAccessBlock
	s3:PutBucketVersioning s3:PutEncryptionConfiguration s3:PutLifecycleConfiguration s3:PutObject s3:PutObjectAcl
	s3:PutObjectLegalHold s3:PutObjectRetention s3:PutObjectTagging s3:PutObjectVersionAcl s3:PutObjectVersionTagging
	s3:PutReplicationConfiguration s3:ReplicateDelete s3:ReplicateObject s3:ReplicateTags s3:RestoreObject
	kms:CreateGrant kms:Decrypt kms:DescribeKey kms:DisableKey kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext
	kms:PutKeyPolicy kms:ReEncryptFrom kms:ReEncryptTo kms:ScheduleKeyDeletion kms:Sign
	logs:CreateLogStream logs:DeleteLogGroup logs:DeleteLogStream logs:FilterLogEvents logs:GetLogEvents logs:PutLogEvents
	logs:PutRetentionPolicy
	events:DeleteRule events:DescribeRule events:DisableRule events:InvokeApiDestination events:ListTargetsByRule events:PutEvents
	events:PutRule events:PutTargets events:RemoveTargets
	sqs:AddPermission sqs:DeleteMessage sqs:DeleteQueue sqs:PurgeQueue sqs:ReceiveMessage sqs:SendMessage sqs:SetQueueAttributes
	sns:AddPermission sns:DeleteTopic sns:Publish sns:SetTopicAttributes sns:Subscribe
	sts:AssumeRole sts:AssumeRoleWithWebIdentity sts:SetSourceIdentity sts:TagSession
	xray:GetTraceSummaries xray:PutTelemetryRecords xray:PutTraceSegments
	iam:CreateUser iam:PassRole iam:PutRolePolicy iam:UpdateAssumeRolePolicy lambda:InvokeFunction lambda:UpdateFunctionCode
	cognito-idp:AdminSetUserPassword dynamodb:GetItem ec2:CreateNetworkInterface secretsmanager:GetSecretValue`)

// places are where to try the probes, by service.
var places = map[string][]string{
	"s3": {"files", "files/uploads/me/01/cat.png", "files/teams/blue/me/01/cat.png", "files/uploads", "files/uploads-old/cat.png",
		"files/Uploads/cat.png", "files/teams/red/cat.png", "files/cat.png", "files/malware-protection-resource-validation-object",
		"files-twin", "files-twin/uploads/me/01/cat.png", "logs", "logs/s3-access/2026", "logs/cat.png", "elsewhere",
		"elsewhere/uploads/me/01/cat.png", "everything"},
	"kms":            {"key", "given-key", "other-key"},
	"logs":           {"upload-log", "download-log", "list-log", "delete-log", "scan-log", "authorize-log", "api-log", "other-log"},
	"events":         {"managed-rule", "other-rule", "stored-rule", "scanned-rule", "destination", "other-destination"},
	"sqs":            {"queue", "other-queue"},
	"sns":            {"topic", "other-topic"},
	"sts":            {"upload-role", "download-role", "list-role", "delete-role", "scan-role", "authorize-role", "scanner-role", "webhook-role"},
	"iam":            {"upload-role", "admin-role", "everything"},
	"secretsmanager": {"secret", "everything"},
	"":               {"everything"},
}

// best is a request with nothing wrong with it. If it is refused, every similar request is.
var best = iam.Context{
	"aws:SecureTransport": {"true"}, "aws:SourceIp": {"203.0.113.9"}, "aws:SourceAccount": {accountID},
	"s3:authType": {"REST-HEADER"}, "s3:signatureversion": {"AWS4-HMAC-SHA256"}, "s3:signatureAge": {"0"},
	"s3:if-none-match": {"*"}, "s3:ObjectCreationOperation": {"true"}, tag: {"NO_THREATS_FOUND"},
	"s3:prefix":        {"uploads/me/"},
	"kms:ViaService":   {"s3." + region + ".amazonaws.com"},
	"events:ManagedBy": {"malware-protection-plan.guardduty.amazonaws.com"},
}

// sweep tries every probe everywhere, as everybody but the administrator, and returns what is
// allowed, sorted.
func (w *world) sweep() ([]ability, error) {
	var found []ability
	for name, who := range w.who {
		if name == "admin" {
			continue
		}
		how := best
		switch name {
		case "logging.s3":
			how = with(best, "aws:SourceArn", w.where["files"])
		case "cloudwatch":
			how = with(best, "aws:SourceArn", "arn:aws:cloudwatch:"+region+":"+accountID+":alarm:Errors")
		case "events":
			if rule, err := w.arn("stored-rule"); err == nil {
				how = with(best, "aws:SourceArn", rule)
			} else if rule, err := w.arn("scanned-rule"); err == nil {
				how = with(best, "aws:SourceArn", rule)
			}
		}
		for _, action := range probes {
			service, _, _ := strings.Cut(action, ":")
			where, known := places[service]
			if !known {
				where = places[""]
			}
			for _, short := range where {
				arn, err := w.arn(short)
				if err != nil {
					continue // the deployment has no such place
				}
				decision, err := w.account.decide(iam.Request{Principal: who, Action: action, Resource: arn, Context: how})
				if err != nil {
					return nil, fmt.Errorf("%s %s on %s: %w", name, action, short, err)
				}
				if decision.Allowed {
					found = append(found, ability(name+" "+action+" "+short))
				}
			}
		}
	}
	slices.Sort(found)
	return found, nil
}

// checkSweep compares the sweep with a list of abilities.
func (w *world) checkSweep(want []ability) (wrong []string) {
	found, err := w.sweep()
	if err != nil {
		return []string{err.Error()}
	}
	for _, one := range found {
		if !slices.Contains(want, one) {
			wrong = append(wrong, "allowed, but not in the table: "+string(one))
		}
	}
	for _, one := range want {
		if !slices.Contains(found, one) {
			wrong = append(wrong, "in the table, but not allowed: "+string(one))
		}
	}
	return wrong
}
