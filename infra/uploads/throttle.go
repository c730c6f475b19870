package uploads

import "cmp"

// Throttle limits the requests to the whole API ("Throttle requests to your REST APIs for better
// throughput in API Gateway", Amazon API Gateway Developer Guide).
type Throttle struct {
	// Rate is the limit of requests a second: above 0, at most [MaxThrottleRate], 10,000.
	//
	// Default: [DefaultThrottleRate], 50.
	Rate float64

	// Burst is the limit of requests at once: 1 to [MaxThrottleBurst], 5,000.
	//
	// Default: [DefaultThrottleBurst], 100.
	Burst int
}

// Defaults and limits of Throttle. The limits are an account's default quotas in a region ("Amazon
// API Gateway quotas", Amazon API Gateway Developer Guide).
const (
	DefaultThrottleRate  = 50
	DefaultThrottleBurst = 100
	MaxThrottleRate      = 10_000
	MaxThrottleBurst     = 5_000
)

func (t Throttle) withDefaults() Throttle {
	return Throttle{Rate: cmp.Or(t.Rate, DefaultThrottleRate), Burst: cmp.Or(t.Burst, DefaultThrottleBurst)}
}

func (t Throttle) check(found problems) {
	t = t.withDefaults()
	if !(t.Rate > 0 && t.Rate <= MaxThrottleRate) { // NaN is neither
		found.add("Rate", "%v is out of range: give more than 0 and at most %d requests a second", t.Rate, MaxThrottleRate)
	}
	if t.Burst < 1 || t.Burst > MaxThrottleBurst {
		found.add("Burst", "%d is out of range: give 1 to %d requests", t.Burst, MaxThrottleBurst)
	}
}
