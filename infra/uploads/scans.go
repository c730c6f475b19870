package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
)

// Scans configures POST /scans, which gives users links to the result of the malware scan of their
// own files.
type Scans struct {
	// Code is the scan function's built code, made like Props.Code, of signpost/lambda/scan.
	//
	// Required.
	Code awslambda.Code
}

func (p Props) checkScans(found problems) {
	if p.Scans == nil {
		return
	}
	if !p.MalwareScan {
		found.add("Scans", "is given, but no file is scanned without MalwareScan: turn that on, or leave this out")
	}
	checkCode(found.in("Scans"), p.Scans.Code, "scan")
}

// newScanFunction makes the function that signs reads of scan results. It scans nothing: GuardDuty
// does.
func newScanFunction(scope constructs.Construct, props Props, bucket awss3.IBucket, clientIDs []string) awslambda.Function {
	return newFunction(scope, props, function{
		id:          "ScanFunction",
		handler:     "scan",
		description: "Signs reads of malware scan results for signed-in users, each of their own files",
		signs:       "reads of scan results",
		code:        props.Scans.Code,
		policy:      "Scan",
		grants:      []awsiam.PolicyStatement{getScanResults(bucket, props)},
		environment: filesEnvironment(props, bucket, clientIDs),
	})
}
