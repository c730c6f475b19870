package uploads

import "signpost/lambda/config"

// validateRegion reports what the stack's region can't give, as a [*PropsError], or nil. The region
// of a stack without an environment is a token, and then known only during the deployment.
func (p Props) validateRegion(region string) error {
	return collect(func(found problems) {
		if IsToken(region) {
			return
		}
		p.Webhook.checkRegion(found.in("Webhook"), region)
		if problem := config.TransferAccelerationProblem(region); p.TransferAcceleration && problem != "" {
			found.add("TransferAcceleration", "can't be true in %s, which %s", region, problem)
		}
	})
}
