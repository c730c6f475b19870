package uploads

import (
	"cmp"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"

	"signpost/lambda/config"
)

// Webhook has EventBridge post a small JSON body to an HTTPS endpoint for every file that has
// arrived: an API destination is the target of rules on the account's default bus ("API
// destinations as targets in Amazon EventBridge", Amazon EventBridge User Guide). docs/webhooks.md
// has the bodies, and what a receiver must do. A file can be announced twice, and late.
//
// With MalwareScan, the endpoint is told of each file when it is stored, and again when it is
// scanned.
//
// EventBridge tries each delivery for 24 hours. What it can't deliver goes to an SQS queue,
// Uploads.UndeliveredWebhooks, and stays there for 14 days. With Alarms, a message in that queue
// raises an alarm. Without Alarms, nobody is told: watch the queue yourself.
//
// Not all regions have API destinations ("Amazon EventBridge feature availability by AWS Region",
// Amazon EventBridge User Guide). GovCloud has none ("Amazon EventBridge in AWS GovCloud (US)", AWS
// GovCloud (US) User Guide): if the stack has one of its regions, New panics with a [*PropsError].
type Webhook struct {
	// URL is the endpoint, such as "https://api.example.com/uploads/arrived": https, a public host
	// name, and no user name, query or fragment. It is in the template, so nothing in it may be
	// secret.
	//
	// Required.
	URL string

	// Secret is a secret in AWS Secrets Manager, in the stack's region. EventBridge sends its value
	// in a header, so that the endpoint knows who calls: 1 to 512 characters on one line.
	//
	// The value is in no template: CloudFormation reads it when it creates the connection, with the
	// permissions of the deployment, which need secretsmanager:GetSecretValue for it. EventBridge
	// keeps a copy in a secret of its own, and reads only that ("Connections for endpoint targets",
	// Amazon EventBridge User Guide). No role of this construct can read either.
	//
	// Required, unless SecretARN is given.
	Secret awssecretsmanager.ISecret

	// SecretARN is Secret by its ARN, with the six characters at its end.
	//
	// Required, unless Secret is given.
	SecretARN string

	// SecretField is the field of the secret that has the value, if the secret is a JSON object:
	// letters, digits, '-', '_' and '.'.
	//
	// Default: "". The value is the whole secret.
	SecretField string

	// SecretVersionID is the id of the version of the secret to read. CloudFormation doesn't notice
	// that a secret has changed: give the new version's id to have it read again ("Get a secret or
	// secret value from Secrets Manager", AWS CloudFormation User Guide).
	//
	// Default: "", the version that is current when the connection is created or changed.
	SecretVersionID string

	// HeaderName is the name of the header that has the secret's value: letters, digits and '-'. It
	// is none that HTTP has a meaning for, such as Host or Cookie, except for Authorization.
	//
	// Default: [DefaultWebhookHeader], X-Webhook-Secret.
	HeaderName string

	// Kinds are the names of the kinds whose files are announced, each one of Props.Kinds.
	//
	// Default: nil. The files of every kind are announced, and those without a kind.
	Kinds []string

	// AfterScan announces a file only when it has been scanned, with the result. It needs
	// MalwareScan.
	//
	// Default: false. A file is announced as soon as it is stored.
	AfterScan bool

	// RatePerSecond is how many requests EventBridge sends in a second, 1 or more. What exceeds it
	// waits, and is dropped after 24 hours.
	//
	// Default: [DefaultWebhookRate], 300.
	RatePerSecond int
}

const (
	// DefaultWebhookHeader is the default of Webhook.HeaderName.
	DefaultWebhookHeader = "X-Webhook-Secret"

	// DefaultWebhookRate is the default of Webhook.RatePerSecond: the quota of an API destination
	// in most regions ("Amazon EventBridge quotas", Amazon EventBridge User Guide).
	DefaultWebhookRate = 300

	// maxWebhookURL is how long an endpoint can be ("CreateApiDestination", Amazon EventBridge API
	// Reference).
	maxWebhookURL = 2048
)

var (
	// webhookURLForm follows CreateApiDestination, without the '*' that stands for a part of the
	// path which a target gives.
	webhookURLForm  = regexp.MustCompile(`^(%[0-9A-Fa-f]{2}|[-()_.!~';/?:@&=+$,A-Za-z0-9])+$`)
	headerForm      = regexp.MustCompile(`^[A-Za-z0-9-]{1,256}$`)
	secretFieldForm = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,256}$`)
	// versionIDForm follows GetSecretValue (AWS Secrets Manager API Reference).
	versionIDForm = regexp.MustCompile(`^[A-Za-z0-9-]{32,64}$`)
)

// takenHeaders are the headers that EventBridge sets itself, or removes from requests ("API
// destinations as targets in Amazon EventBridge"), and those that it doesn't permit for API Gateway
// ("Amazon EventBridge targets for Amazon API Gateway", both Amazon EventBridge User Guide). These
// have meanings of their own, and proxies drop or rewrite them. Authorization is none of them.
var takenHeaders = strings.Fields(`
	user-agent content-type range accept-encoding connection content-length host
	a-im accept accept-charset accept-datetime accept-language cache-control content-encoding content-md5 cookie date expect
	forwarded from http2-settings if-match if-modified-since if-none-match if-range if-unmodified-since keep-alive max-forwards
	origin pragma prefer proxy-authorization proxy-connection referer te trailer transfer-encoding upgrade via warning
	www-authenticate x-forwarded-for`)

func (w *Webhook) withDefaults() *Webhook {
	if w == nil {
		return nil
	}
	full := *w
	full.HeaderName = cmp.Or(full.HeaderName, DefaultWebhookHeader)
	full.RatePerSecond = cmp.Or(full.RatePerSecond, DefaultWebhookRate)
	return &full
}

func (w *Webhook) check(found problems, props Props) {
	if w == nil {
		return
	}
	w.checkURL(found)
	w.checkSecret(found)
	w.checkHeader(found)
	w.checkKinds(found, props.Kinds)
	if w.AfterScan && !props.MalwareScan {
		found.add("AfterScan", "is on, but nothing scans the files: turn on MalwareScan, or leave this out")
	}
	if w.RatePerSecond < 0 {
		found.add("RatePerSecond", "%d is out of range: give 1 or more, or 0 for the default", w.RatePerSecond)
	}
}

// checkURL never repeats the URL in a message: what is wrong with it may be a secret.
func (w *Webhook) checkURL(found problems) {
	const field, example = "URL", `"https://api.example.com/uploads/arrived"`
	if w.URL == "" {
		found.add(field, "is missing: give the endpoint, such as %s", example)
		return
	}
	if IsToken(w.URL) {
		return
	}
	endpoint, err := url.Parse(w.URL)
	switch {
	case err != nil || !webhookURLForm.MatchString(strings.NewReplacer("*", "", "#", "").Replace(w.URL)):
		found.add(field, "is not a URL: write it with ASCII characters only, such as %s", example)
		return
	case endpoint.Scheme != "https":
		found.add(field, "is not https: EventBridge calls only https, such as %s", example)
	case endpoint.Host == "":
		found.add(field, "has no host: write one, such as %s", example)
	}
	if endpoint.User != nil {
		found.add(field, "has a user name or password, which would be in the template: leave it out, and give Secret or SecretARN")
	}
	if endpoint.RawQuery != "" || endpoint.ForceQuery {
		found.add(field, "has a query, which would be in the template and in logs: leave it out, and give what is secret in it as Secret or SecretARN")
	}
	if strings.Contains(w.URL, "#") {
		found.add(field, "has a fragment, which isn't sent: leave out the '#' and what follows")
	}
	if strings.Contains(w.URL, "*") {
		found.add(field, "has a '*', which EventBridge would replace: write the path in full")
	}
	if host := endpoint.Hostname(); host != "" && !isPublicHost(host) {
		found.add(field, "has the host %q, which EventBridge can't reach or whose certificate it can't check: give a public host name in lower case, such as %s", host, example)
	}
	if len(w.URL) > maxWebhookURL {
		found.add(field, "has %d characters, more than an API destination can have: give at most %d", len(w.URL), maxWebhookURL)
	}
}

// isPublicHost reports whether a host can be a name of the public DNS.
func isPublicHost(host string) bool {
	_, err := netip.ParseAddr(host)
	return err != nil && config.IsHostName(host) && strings.Contains(host, ".") &&
		!strings.HasSuffix(host, ".localhost") && !strings.HasSuffix(host, ".local") && !strings.HasSuffix(host, ".internal")
}

// checkSecret doesn't repeat what isn't an ARN or a field: it may be the secret itself.
func (w *Webhook) checkSecret(found problems) {
	if w.Secret == nil && w.SecretARN == "" {
		found.add("Secret", "is missing: give a secret of AWS Secrets Manager, or its ARN as SecretARN")
	}
	found.notBoth("Secret", w.Secret != nil, "SecretARN", w.SecretARN != "")
	if arn := w.SecretARN; arn != "" && !IsToken(arn) && !arnForms["secret"].MatchString(arn) {
		found.add("SecretARN", "is not a secret's whole ARN, such as %s", arnExamples["secret"])
	}
	if w.SecretField != "" && !secretFieldForm.MatchString(w.SecretField) {
		found.add("SecretField", "is not the name of a field that a template can refer to: use letters, digits, '-', '_' and '.'")
	}
	if id := w.SecretVersionID; id != "" && !IsToken(id) && !versionIDForm.MatchString(id) {
		found.add("SecretVersionID", "%q is not the id of a version, such as \"a1b2c3d4-5678-90ab-cdef-EXAMPLE11111\", and neither is a stage such as AWSCURRENT", id)
	}
}

func (w *Webhook) checkHeader(found problems) {
	name := strings.ToLower(w.HeaderName)
	switch {
	case name == "":
	case !headerForm.MatchString(name):
		found.add("HeaderName", "is not a header's name: use letters, digits and '-'")
	case slices.Contains(takenHeaders, name) || strings.HasPrefix(name, "x-amz"):
		found.add("HeaderName", "%q is a header that has its own meaning, and that EventBridge or a proxy sets or removes: give another, such as %q", w.HeaderName, DefaultWebhookHeader)
	}
}

func (w *Webhook) checkKinds(found problems, kinds []Kind) {
	const field = "Kinds"
	if w.Kinds != nil && len(w.Kinds) == 0 {
		found.add(field, "is empty: give at least one kind, or nil for the files of every kind")
	}
	for i, name := range w.Kinds {
		if slices.Contains(w.Kinds[:i], name) {
			found.add(field, "%q is given twice: give it once", name)
		} else if !slices.ContainsFunc(kinds, func(kind Kind) bool { return kind.Name == name }) {
			found.add(field, "%q is not the name of a kind: add it to Kinds of Props, or leave it out", name)
		}
	}
}

// checkRegion checks what depends on the region of the stack, which isn't a token here.
func (w *Webhook) checkRegion(found problems, region string) {
	if w == nil {
		return
	}
	if strings.HasPrefix(region, "us-gov-") {
		found.add("URL", "can't be called from %s: GovCloud has no API destinations. Use EventBridge with a rule of your own", region)
	}
	if arn := strings.Split(w.SecretARN, ":"); len(arn) > 3 && !IsToken(w.SecretARN) && arn[3] != region {
		found.add("SecretARN", "is in %s, and CloudFormation reads secrets in the stack's region, %s: give the ARN of a secret, or of a replica, there", arn[3], region)
	}
}

func (w *Webhook) secretARN() string {
	if w.Secret != nil {
		return *w.Secret.SecretArn()
	}
	return w.SecretARN
}
