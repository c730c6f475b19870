package uploads_test

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"

	"signpost/infra/uploads"
)

// kinds gives the props a good kind, and then others.
func kinds(others ...uploads.Kind) func(*props) {
	return func(p *props) { p.Kinds = append([]uploads.Kind{{Name: "document"}}, others...) }
}

func TestKindsRefused(t *testing.T) {
	expiring := func(days int, expiry *uploads.Expiry) func(*props) {
		return func(p *props) {
			kinds(uploads.Kind{Name: "draft", ExpireAfterDays: days})(p)
			p.Expiry = expiry
		}
	}
	metadata := func(names ...string) func(*props) {
		return kinds(uploads.Kind{Name: "film", RequiredMetadata: names})
	}
	assertRefused(t, []refusal{
		{"no name", kinds(uploads.Kind{}), "Kinds[1].Name", "lower-case letter"},
		{"a capital", kinds(uploads.Kind{Name: "Avatar"}), "Kinds[1].Name", "lower-case letter"},
		{"a folder", kinds(uploads.Kind{Name: "a/b"}), "Kinds[1].Name", "lower-case letter"},
		{"a name as long as a user's id", kinds(uploads.Kind{Name: strings.Repeat("a", 36)}), "Kinds[1].Name", "at most 32"},
		{"a name twice", kinds(uploads.Kind{Name: "a"}, uploads.Kind{Name: "a"}), "Kinds[2].Name", "twice"},

		{"no type", kinds(uploads.Kind{Name: "a", AllowedTypes: []string{}}), "Kinds[1].AllowedTypes", "nil for the default"},
		{"not a type", kinds(uploads.Kind{Name: "a", AllowedTypes: []string{"image/jpg"}}), "Kinds[1].AllowedTypes", `write "image/jpeg"`},
		{"negative size", kinds(uploads.Kind{Name: "a", MaxSize: -1}), "Kinds[1].MaxSize", "1 to 53687091200000 bytes"},
		{"size beyond", kinds(uploads.Kind{Name: "a", MaxSize: 10_000*(5<<30) + 1}), "Kinds[1].MaxSize", "1 to 53687091200000 bytes"},
		{"short lifetime", kinds(uploads.Kind{Name: "a", URLLifetime: time.Second}), "Kinds[1].URLLifetime", "1 minute or more"},
		{"longer than the default", kinds(uploads.Kind{Name: "a", URLLifetime: 11 * time.Minute}), "Kinds[1].URLLifetime", "raise URLLifetime of Props"},
		{"longer than that of props", func(p *props) {
			p.URLLifetime = 5 * time.Minute
			kinds(uploads.Kind{Name: "a", URLLifetime: 5*time.Minute + time.Second})(p)
		}, "Kinds[1].URLLifetime", "5m0s"},
		{"part of a second", kinds(uploads.Kind{Name: "a", URLLifetime: time.Minute + time.Millisecond}), "Kinds[1].URLLifetime", "whole seconds"},
		{"a group with a comma", kinds(uploads.Kind{Name: "a", RequiredGroup: "x,y"}), "Kinds[1].RequiredGroup", "be distinguished"},

		{"an expiry in the past", expiring(-1, &uploads.Expiry{VersionsAfterDays: 1}), "Kinds[1].ExpireAfterDays", "1 to 2147483647"},
		{"an expiry that deletes nothing", expiring(1, nil), "Kinds[1].ExpireAfterDays", "keeps versions"},
		{"an expiry that S3 ignores", expiring(31, &uploads.Expiry{UploadsAfterDays: 30, VersionsAfterDays: 1}), "Kinds[1].ExpireAfterDays", "the earlier of the two: give at most 30"},

		{"metadata in capitals", metadata("Title"), "Kinds[1].RequiredMetadata", "lower-case"},
		{"metadata twice", metadata("title", "title"), "Kinds[1].RequiredMetadata", "twice"},
		{"more metadata than a file has", metadata(strings.Split("a b c d e f g h i j k", " ")...), "Kinds[1].RequiredMetadata", "at most 10"},

		{"no downloads anyway", kinds(uploads.Kind{Name: "a", NoDownloads: true}), "Kinds[1].NoDownloads", "without Downloads"},
		{"nothing to upload", func(p *props) { p.NoUnnamedKind = true }, "NoUnnamedKind", "add a kind"},
		{"nothing to resume", func(p *props) {
			p.Kinds, p.NoUnnamedKind, p.Multipart.Resumable = []uploads.Kind{{Name: "a", MaxSize: 1 << 20}}, true, true
		}, "Multipart.Resumable", "the largest MaxSize, 1048576"},
	})
}

func TestKindsAccepted(t *testing.T) {
	for name, change := range map[string]func(*props){
		"a name":            kinds(uploads.Kind{Name: "a"}),
		"the longest name":  kinds(uploads.Kind{Name: strings.Repeat("a", 32)}),
		"a larger size":     kinds(uploads.Kind{Name: "a", MaxSize: 10_000 * (5 << 30)}),
		"the same lifetime": kinds(uploads.Kind{Name: "a", URLLifetime: 10 * time.Minute}),
		"the same group":    kinds(uploads.Kind{Name: "a", RequiredGroup: "g"}, uploads.Kind{Name: "b", RequiredGroup: "g"}),
		"the last day": func(p *props) {
			kinds(uploads.Kind{Name: "a", ExpireAfterDays: 30})(p)
			p.Expiry = &uploads.Expiry{UploadsAfterDays: 30, VersionsAfterDays: 1}
		},
		"an expiry of its own": func(p *props) {
			kinds(uploads.Kind{Name: "a", ExpireAfterDays: 30})(p)
			p.Expiry = &uploads.Expiry{VersionsAfterDays: 1}
		},
		"parts of one kind": func(p *props) {
			p.MaxSize, p.Multipart.Resumable = 1<<20, true
			kinds(uploads.Kind{Name: "film", MaxSize: 1 << 30})(p)
		},
		"limits that no file has": func(p *props) {
			p.NoUnnamedKind, p.MaxSize = true, 1<<40
			p.Kinds = []uploads.Kind{{Name: "a", MaxSize: 1, AllowedTypes: []string{"image/png"}}}
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

// TestEnvironmentThatIsTooLarge: the message says how much is too much, and where it is. Without
// that much, the props are accepted.
func TestEnvironmentThatIsTooLarge(t *testing.T) {
	large := required()
	for i := range 60 {
		large.Kinds = append(large.Kinds, uploads.Kind{Name: fmt.Sprintf("kind-%02d", i), AllowedTypes: []string{"image/png"}, RequiredMetadata: []string{"title"}})
	}
	large.Kinds[0].RequiredMetadata = []string{strings.Repeat("m", 100)}
	var wrong *uploads.PropsError
	if err := large.Validate(); !errors.As(err, &wrong) || len(wrong.Problems) != 1 || wrong.Problems[0].Field != "Kinds" {
		t.Fatalf("Validate returned %v, want one problem about Kinds", err)
	}
	message := wrong.Problems[0].Message
	figures := regexp.MustCompile(`environment (\d+) bytes long, (\d+) more than the 4096 .* which is Kinds with (\d+)\. `).FindStringSubmatch(message)
	if figures == nil {
		t.Fatalf("the message has no figures: %q", message)
	}
	// What is one byte over is refused, and what just fits is not.
	excess, _ := strconv.Atoi(figures[2])
	for excess > 99 {
		large.Kinds = large.Kinds[:len(large.Kinds)-1]
		excess -= len(`,{\"name\":\"kind-00\",\"types\":[\"image/png\"],\"metadata\":[\"title\"]}`)
	}
	large.Kinds[0].RequiredMetadata[0] = strings.Repeat("m", 100-excess+1)
	if err := large.Validate(); err == nil || !strings.Contains(err.Error(), " 4097 bytes long, 1 more") {
		t.Errorf("one byte too many: %v", err)
	}
	large.Kinds[0].RequiredMetadata[0] = strings.Repeat("m", 100-excess)
	if err := large.Validate(); err != nil {
		t.Error(err)
	}
}

// TestUnknownClientsCount: ids that are tokens count with their largest length.
func TestUnknownClientsCount(t *testing.T) {
	size := func(pool *uploads.ExistingPool) int {
		p := required()
		p.Callers.ExistingPool = pool
		for i := range 99 {
			p.Kinds = append(p.Kinds, uploads.Kind{Name: fmt.Sprintf("kind-%02d", i), MaxSize: 1 << 30})
		}
		figures := regexp.MustCompile(`environment (\d+) bytes`).FindStringSubmatch(fmt.Sprint(p.Validate()))
		if figures == nil {
			t.Fatalf("no size in %v", p.Validate())
		}
		n, _ := strconv.Atoi(figures[1])
		return n
	}
	given := size(&uploads.ExistingPool{PoolARN: poolARN, ClientIDs: []string{"1"}})
	for name, c := range map[string]struct {
		pool *uploads.ExistingPool
		want int
	}{
		"a new pool's": {nil, 128},
		"a token":      {&uploads.ExistingPool{PoolARN: poolARN, ClientIDs: []string{"${Token[TOKEN.42]}"}}, 128},
		"an object":    {&uploads.ExistingPool{PoolARN: poolARN, Clients: []awscognito.IUserPoolClient{struct{ awscognito.IUserPoolClient }{}}}, 128},
		"many":         {&uploads.ExistingPool{PoolARN: poolARN, ClientIDs: []string{"${Token[TOKEN.42]}", "${Token[TOKEN.43]}", "${Token[TOKEN.44]}"}}, 300},
	} {
		if got := size(c.pool) - given + 1; got != c.want {
			t.Errorf("%s ids count %d, want %d", name, got, c.want)
		}
	}
}
