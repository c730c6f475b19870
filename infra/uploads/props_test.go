package uploads_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"signpost/infra/uploads"
	"signpost/lambda/config"
)

type props = uploads.Props

// stubCode is code that no test looks into, so that Validate can be tested without the CDK's
// runtime.
type stubCode struct{ awslambda.Code }

// required returns props with only what is required.
func required() props {
	return props{Code: stubCode{}, AllowedOrigins: []string{"https://app.example.com"}}
}

// refusal is a change that makes valid props wrong.
type refusal struct {
	name  string
	spoil func(*props)
	field string // of the one problem
	hint  string // part of its message
}

// assertRefused checks that each change is refused with one problem, about the field and with the
// hint in its message.
func assertRefused(t *testing.T, refusals []refusal) {
	t.Helper()
	for _, refusal := range refusals {
		t.Run(refusal.name, func(t *testing.T) {
			props := required()
			refusal.spoil(&props)
			var wrong *uploads.PropsError
			if err := props.Validate(); !errors.As(err, &wrong) {
				t.Fatalf("Validate returned %v, want a PropsError", err)
			}
			if len(wrong.Problems) != 1 || wrong.Problems[0].Field != refusal.field || !strings.Contains(wrong.Problems[0].Message, refusal.hint) {
				t.Errorf("the problems are %q, want one about %s with %q in it", wrong.Problems, refusal.field, refusal.hint)
			}
			if strings.Contains(wrong.Problems[0].Message, "\n") {
				t.Errorf("the message has more than one line: %q", wrong.Problems[0].Message)
			}
		})
	}
}

func TestPropsRefused(t *testing.T) {
	origins := func(origins ...string) func(*props) {
		return func(p *props) { p.AllowedOrigins = origins }
	}
	types := func(types ...string) func(*props) { return func(p *props) { p.AllowedTypes = types } }
	assertRefused(t, []refusal{
		{"no code", func(p *props) { p.Code = nil }, "Code", "package build"},

		{"no origin", origins(), "AllowedOrigins", "is empty"},
		{"not an origin", origins("https://a.example/"), "AllowedOrigins", `"https://a.example/" ends in a slash, which no browser sends: write "https://a.example"`},
		{"an origin twice", origins("https://a.example", "https://b.example", "https://a.example"), "AllowedOrigins", "twice"},
		{"too many origins", origins(manyOrigins()...), "AllowedOrigins", "give fewer"},

		{"no type", func(p *props) { p.AllowedTypes = []string{} }, "AllowedTypes", "nil for the default"},
		{"not a type", types("image/jpg"), "AllowedTypes", `write "image/jpeg"`},
		{"every type", types("*/*"), "AllowedTypes", "name each"},
		{"a type twice", types("image/png", "image/png"), "AllowedTypes", "twice"},
		{"too many types", types(manyTypes()...), "AllowedTypes", "give fewer"},

		{"negative size", func(p *props) { p.MaxSize = -1 }, "MaxSize", "1 to 53687091200000 bytes"},
		{"size beyond", func(p *props) { p.MaxSize = 10_000*(5<<30) + 1 }, "MaxSize", "1 to 53687091200000 bytes"},

		{"short lifetime", func(p *props) { p.URLLifetime = time.Minute - time.Second }, "URLLifetime", "1 to 15 minutes, or up to 60 with AllowLongURLs"},
		{"negative lifetime", func(p *props) { p.URLLifetime = -time.Minute }, "URLLifetime", "1 to 15 minutes"},
		{"long lifetime", func(p *props) { p.URLLifetime = 15*time.Minute + time.Second }, "URLLifetime", "1 to 15 minutes"},
		{"longer than an hour", func(p *props) { p.AllowLongURLs, p.URLLifetime = true, time.Hour+time.Second }, "URLLifetime", "1 to 60 minutes"},
		{"part of a second", func(p *props) { p.URLLifetime = time.Minute + time.Millisecond }, "URLLifetime", "whole seconds"},

		{"a slash first", func(p *props) { p.KeyPrefix = "/uploads/" }, "KeyPrefix", `"uploads/"`},
		{"no slash last", func(p *props) { p.KeyPrefix = "uploads" }, "KeyPrefix", `"uploads/"`},
		{"a step up", func(p *props) { p.KeyPrefix = "uploads/../" }, "KeyPrefix", `"uploads/"`},
		{"an empty part", func(p *props) { p.KeyPrefix = "up//loads/" }, "KeyPrefix", `"uploads/"`},
		{"a wildcard", func(p *props) { p.KeyPrefix = "up*/" }, "KeyPrefix", `"uploads/"`},
		{"a long prefix", func(p *props) { p.KeyPrefix = strings.Repeat("a", 200) + "/" }, "KeyPrefix", "at most 200"},

		{"no range", func(p *props) { p.SourceRanges = []string{} }, "SourceRanges", "nil for everywhere"},
		{"an address", func(p *props) { p.SourceRanges = []string{"203.0.113.7"} }, "SourceRanges", "203.0.113.7/32"},
		{"everywhere", func(p *props) { p.SourceRanges = []string{"0.0.0.0/0"} }, "SourceRanges", "nil"},
		{"within a range", func(p *props) { p.SourceRanges = []string{"203.0.113.7/24"} }, "SourceRanges", `write "203.0.113.0/24"`},
		{"a private range", func(p *props) { p.SourceRanges = []string{"10.0.0.0/8"} }, "SourceRanges", "public egress addresses"},
		{"a range twice", func(p *props) { p.SourceRanges = []string{"203.0.113.0/24", "203.0.113.0/24"} }, "SourceRanges", "twice"},
		{"too many ranges", func(p *props) { p.SourceRanges = manyRanges() }, "SourceRanges", "at most 200"},

		{"odd retention", func(p *props) { p.LogRetentionDays = 2 }, "LogRetentionDays", "1 3 5 7 14"},
		{"AWS's namespace", func(p *props) { p.MetricsNamespace = "AWS/S3" }, "MetricsNamespace", "is reserved"},
		{"a namespace with a colon", func(p *props) { p.MetricsNamespace = "Team:Uploads" }, "MetricsNamespace", "metric filter"},
		{"a namespace with a star", func(p *props) { p.MetricsNamespace = "Team*" }, "MetricsNamespace", "at most 255"},
		{"a namespace with a dollar", func(p *props) { p.MetricsNamespace = "$Team" }, "MetricsNamespace", "at most 255"},
		{"a long namespace", func(p *props) { p.MetricsNamespace = strings.Repeat("n", 256) }, "MetricsNamespace", "at most 255"},
		{"a namespace with a space", func(p *props) { p.MetricsNamespace = "a b" }, "MetricsNamespace", "at most 255"},
		{"a bucket's ARN", func(p *props) { p.AccessLogBucketName = "arn:aws:s3:::logs" }, "AccessLogBucketName", "only the name"},
		{"a policy's name", func(p *props) { p.PermissionsBoundaryARN = "boundary" }, "PermissionsBoundaryARN", "arn:aws:iam::"},

		{"AWS's tag", func(p *props) { p.Tags = map[string]string{"aws:x": ""} }, "Tags", "reserved for AWS"},
		{"a tag without a key", func(p *props) { p.RoleTags = map[string]string{"": ""} }, "RoleTags", "1 to 128"},
		{"a tag's value", func(p *props) { p.Tags = map[string]string{"a": "<b>"} }, "Tags", "at most 256"},
		{"one tag, two values", func(p *props) { p.RoleTags, p.Tags = map[string]string{"a": "b"}, map[string]string{"a": "c"} }, "RoleTags", "Tags"},
		{"too many tags", func(p *props) { p.Tags = manyTags() }, "Tags", "at most 48"},
	})
}

func manyOrigins() (origins []string) {
	for range 15 {
		origins = append(origins, "https://a"+strings.Repeat(".sub", 20)+strings.Repeat("x", len(origins)+1)+".example.com")
	}
	return origins
}

func manyTypes() (types []string) {
	for range 15 {
		types = append(types, "application/x"+strings.Repeat("y", 90+len(types)))
	}
	return types
}

func manyRanges() (ranges []string) {
	for i := range 201 {
		ranges = append(ranges, fmt.Sprintf("203.0.113.%d/32", i))
	}
	return ranges
}

func manyTags() map[string]string {
	tags := map[string]string{}
	for i := range 49 {
		tags[fmt.Sprint(i)] = ""
	}
	return tags
}

func TestPropsAccepted(t *testing.T) {
	for name, change := range map[string]func(*props){
		"what is required":     func(*props) {},
		"shortest lifetime":    func(p *props) { p.URLLifetime = time.Minute },
		"longest lifetime":     func(p *props) { p.URLLifetime = 15 * time.Minute },
		"an hour":              func(p *props) { p.AllowLongURLs, p.URLLifetime = true, time.Hour },
		"a byte":               func(p *props) { p.MaxSize = 1 },
		"48.8 TiB":             func(p *props) { p.MaxSize = 10_000 * (5 << 30) },
		"no parts":             func(p *props) { p.Multipart.Threshold = 5 << 30 },
		"parts from 5 MiB":     func(p *props) { p.Multipart.Threshold = 5 << 20 },
		"a new pool":           func(p *props) { p.Callers.NewPool = &uploads.NewPool{} },
		"most memory":          func(p *props) { p.Functions.MemoryMB = 10_240 },
		"most concurrency":     func(p *props) { p.Functions.ReservedConcurrency = 900 },
		"one address":          func(p *props) { p.SourceRanges = []string{"203.0.113.7/32"} },
		"the least rate limit": func(p *props) { p.WebACL = &uploads.WebACL{RateLimit: 10} },
		"a fraction of a rate": func(p *props) { p.Throttle.Rate = 0.5 },
		"script, named":        func(p *props) { p.AllowedTypes = []string{"image/svg+xml", "text/html"} },
		"families":             func(p *props) { p.AllowedTypes = []string{"image/*", "application/*"} },
		"a long type": func(p *props) {
			p.AllowedTypes = []string{"application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
		},
		"tokens": func(p *props) {
			const token = "${Token[TOKEN.42]}"
			p.Callers.ExistingPool = &uploads.ExistingPool{PoolARN: token, ClientIDs: []string{token, "${Token[TOKEN.43]}"}}
			p.Encryption, p.Alarms, p.WebACL = &uploads.Encryption{KeyARN: token}, &uploads.Alarms{TopicARN: token}, &uploads.WebACL{ARN: token}
			p.Domain = &uploads.Domain{Name: token, CertificateARN: token, HostedZoneID: token}
			p.AccessLogBucketName, p.PermissionsBoundaryARN = token, token
		},
	} {
		t.Run(name, func(t *testing.T) {
			props := required()
			change(&props)
			if err := props.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestPropsAllAtOnce checks that one error has every problem, in the order of the fields.
func TestPropsAllAtOnce(t *testing.T) {
	err := uploads.Props{
		AllowedOrigins:   []string{"*", "https://a.example/"},
		AllowedTypes:     []string{"image"},
		MaxSize:          -1,
		URLLifetime:      time.Hour,
		KeyPrefix:        "/",
		Callers:          uploads.Callers{NewPool: &uploads.NewPool{TokenLifetime: time.Second}, ExistingPool: &uploads.ExistingPool{}, RequiredGroup: "a,b"},
		Downloads:        &uploads.Downloads{},
		Domain:           &uploads.Domain{HostedZoneID: "z"},
		WebACL:           &uploads.WebACL{RateLimit: 1, ARN: "x"},
		Throttle:         uploads.Throttle{Rate: math.NaN(), Burst: -1},
		LogRetentionDays: 2,
		Alarms:           &uploads.Alarms{BytesSigned: -1, TopicARN: "x"},
	}.Validate()
	var wrong *uploads.PropsError
	if !errors.As(err, &wrong) {
		t.Fatalf("Validate returned %v, want a PropsError", err)
	}
	want := []string{
		"Code", "AllowedOrigins", "AllowedOrigins", "AllowedTypes", "MaxSize", "URLLifetime", "KeyPrefix", "Callers.NewPool.TokenLifetime", "Callers.ExistingPool",
		"Callers.ExistingPool.Pool", "Callers.ExistingPool.Clients", "Callers.RequiredGroup", "Downloads.Code", "Domain.Name", "Domain.Certificate", "Domain.HostedZoneID",
		"WebACL.RateLimit", "WebACL.ARN", "WebACL.ARN", "Throttle.Rate", "Throttle.Burst", "LogRetentionDays", "Alarms.BytesSigned", "Alarms.TopicARN",
	}
	var fields []string
	for _, problem := range wrong.Problems {
		fields = append(fields, problem.Field)
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("the problems' fields (-want +got):\n%s", diff)
	}
	for i, line := range strings.Split(wrong.Error(), "\n") {
		if i >= len(want) || !strings.HasPrefix(line, want[i]+": ") {
			t.Errorf("line %d is %q, want it to begin with its field", i+1, line)
		}
	}
}

// TestAnyPropsAreJudged gives a few fields any value. Whatever they are, Validate doesn't panic,
// and each problem is about a field that exists, in the order of the fields.
func TestAnyPropsAreJudged(t *testing.T) {
	refused := 0
	rapid.Check(t, func(r *rapid.T) {
		props := required()
		for range rapid.IntRange(1, 4).Draw(r, "fields") {
			spoil(r, reflect.ValueOf(&props).Elem())
		}
		err := props.Validate()
		if err == nil {
			return
		}
		refused++
		var wrong *uploads.PropsError
		if !errors.As(err, &wrong) || len(wrong.Problems) == 0 {
			r.Fatalf("Validate returned %v, want a PropsError with problems", err)
		}
		var last []int
		for _, problem := range wrong.Problems {
			at := position(problem.Field)
			if at == nil || problem.Message == "" {
				r.Fatalf("%q is about no field, or says nothing", problem)
			}
			if slices.Compare(at, last) < 0 {
				r.Fatalf("%s is not in the order of the fields: %q", problem.Field, wrong.Problems)
			}
			last = at
		}
	})
	if refused == 0 {
		t.Error("nothing was refused")
	}
}

// position is where the field with that path is in Props, or nil.
func position(path string) (at []int) {
	in := reflect.TypeFor[uploads.Props]()
	for name := range strings.SplitSeq(path, ".") {
		if in.Kind() == reflect.Pointer {
			in = in.Elem()
		}
		name, index, isElement := strings.Cut(name, "[")
		field, ok := in.FieldByName(name)
		if !ok {
			return nil
		}
		at, in = append(at, field.Index[0]), field.Type
		if isElement {
			i, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
			if err != nil || in.Kind() != reflect.Slice {
				return nil
			}
			at, in = append(at, i), in.Elem()
		}
	}
	return at
}

// spoil gives one field of a struct any value. In a nested struct, it does so with a field of it.
func spoil(r *rapid.T, fields reflect.Value) {
	field := fields.Field(rapid.IntRange(0, fields.NumField()-1).Draw(r, "field"))
	switch field.Interface().(type) {
	case string:
		field.SetString(rapid.OneOf(rapid.String(), rapid.Just(config.DefaultKeyPrefix)).Draw(r, "text"))
	case []string:
		field.Set(reflect.ValueOf(rapid.SliceOfN(rapid.String(), 0, 3).Draw(r, "texts")))
	case map[string]string:
		field.Set(reflect.ValueOf(rapid.MapOfN(rapid.String(), rapid.String(), 0, 3).Draw(r, "map")))
	case map[string][]string:
		field.Set(reflect.ValueOf(rapid.MapOfN(rapid.String(), rapid.SliceOfN(rapid.String(), 0, 3), 0, 3).Draw(r, "claims")))
	case bool:
		field.SetBool(!field.Bool())
	case float64:
		field.SetFloat(rapid.Float64().Draw(r, "float"))
	case int, int64, time.Duration:
		field.SetInt(rapid.Int64().Draw(r, "number"))
	default:
		switch field.Kind() {
		case reflect.Struct:
			spoil(r, field)
		case reflect.Pointer:
			if field.IsNil() {
				field.Set(reflect.New(field.Type().Elem()))
			}
			if rapid.Bool().Draw(r, "nested") {
				spoil(r, field.Elem())
			}
		case reflect.Slice:
			if inner := field.Type().Elem(); inner.Kind() == reflect.Struct {
				field.Set(reflect.Append(field, reflect.Zero(inner)))
				spoil(r, field.Index(field.Len()-1))
			}
		}
	}
}
