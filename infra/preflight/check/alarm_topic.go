package check

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

// checkAlarmTopic checks that alarms can publish to an existing topic.
func (c *checker) checkAlarmTopic(ctx context.Context) []Finding {
	const subject = "Alarms.TopicARN"
	topic := orZero(c.props.Alarms).TopicARN
	parsed, found, ok := c.parse(existing{prop: subject, value: topic,
		region: "alarms can publish only to topics of their own region", remedy: "name a topic of that region in infra/stages.go, or none: the alarms get one of their own"})
	if !ok {
		return found
	}
	out, err := c.aws.sns.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: aws.String(topic)})
	switch {
	case code(err) == "NotFound" || code(err) == "NotFoundException":
		return []Finding{problem(subject, "there is no such topic", fmt.Sprintf("aws sns create-topic --region %s --name %s", c.Region, parsed.Resource))}
	case err != nil:
		return []Finding{notChecked(subject, err)}
	case strings.HasSuffix(out.Attributes["KmsMasterKeyId"], "alias/aws/sns"):
		// "Why didn't I receive an SNS notification for my CloudWatch alarm trigger?" (AWS re:Post)
		return []Finding{note(subject, "is encrypted with AWS's own key for SNS, which alarms can't use: they would go off and notify nobody", "encrypt the topic with a key of your own, whose policy lets cloudwatch.amazonaws.com use it")}
	}
	return []Finding{fine(subject, "%s", parsed.Resource)}
}
