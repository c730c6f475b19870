package uploads

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// DefaultLogRetentionDays is the default of Props.LogRetentionDays.
const DefaultLogRetentionDays = 90

func checkLogRetention(found problems, days int) {
	if _, ok := logRetentions[cmp.Or(days, DefaultLogRetentionDays)]; !ok {
		found.add("LogRetentionDays", "%d is not a number of days that CloudWatch Logs accepts: give one of %s", days, strings.Trim(fmt.Sprint(sortedKeys(logRetentions)), "[]"))
	}
}

// newLogGroup makes a log group that deletes its lines after the days of LogRetentionDays.
func newLogGroup(scope constructs.Construct, id string, props Props) awslogs.LogGroup {
	group := awslogs.NewLogGroup(scope, jsii.String(id), &awslogs.LogGroupProps{
		Retention:     logRetentions[props.LogRetentionDays],
		RemovalPolicy: removalPolicy(props),
	})
	suppressNag(group, logGroupSuppressions()...)
	return group
}

// logRetentions are the only numbers of days that CloudWatch Logs accepts, with CDK's names for
// them ("PutRetentionPolicy", Amazon CloudWatch Logs API Reference).
var logRetentions = map[int]awslogs.RetentionDays{
	1:    awslogs.RetentionDays_ONE_DAY,
	3:    awslogs.RetentionDays_THREE_DAYS,
	5:    awslogs.RetentionDays_FIVE_DAYS,
	7:    awslogs.RetentionDays_ONE_WEEK,
	14:   awslogs.RetentionDays_TWO_WEEKS,
	30:   awslogs.RetentionDays_ONE_MONTH,
	60:   awslogs.RetentionDays_TWO_MONTHS,
	90:   awslogs.RetentionDays_THREE_MONTHS,
	120:  awslogs.RetentionDays_FOUR_MONTHS,
	150:  awslogs.RetentionDays_FIVE_MONTHS,
	180:  awslogs.RetentionDays_SIX_MONTHS,
	365:  awslogs.RetentionDays_ONE_YEAR,
	400:  awslogs.RetentionDays_THIRTEEN_MONTHS,
	545:  awslogs.RetentionDays_EIGHTEEN_MONTHS,
	731:  awslogs.RetentionDays_TWO_YEARS,
	1096: awslogs.RetentionDays_THREE_YEARS,
	1827: awslogs.RetentionDays_FIVE_YEARS,
	2192: awslogs.RetentionDays_SIX_YEARS,
	2557: awslogs.RetentionDays_SEVEN_YEARS,
	2922: awslogs.RetentionDays_EIGHT_YEARS,
	3288: awslogs.RetentionDays_NINE_YEARS,
	3653: awslogs.RetentionDays_TEN_YEARS,
}
