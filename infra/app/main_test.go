package main

import (
	"slices"
	"testing"

	"signpost/infra"
)

// TestStageOf: what the context asks for, as the CDK hands it over: text from -c and from the local
// run, a number where cdk.json has one, nil for nothing.
func TestStageOf(t *testing.T) {
	for name, test := range map[string]struct {
		context map[string]any
		stage   string
		origins []string // of the stage; nil is its own
		says    string   // the error
	}{
		"OK":              {context: map[string]any{"stage": "production"}, stage: "production"},
		"OKDefault":       {stage: "dev"},
		"OKPagePort":      {context: map[string]any{"stage": "local", "pagePort": "9000"}, stage: "local", origins: []string{"http://localhost:9000", "http://127.0.0.1:9000"}},
		"OKPagePortInt":   {context: map[string]any{"stage": "local", "pagePort": 9000.0}, stage: "local", origins: []string{"http://localhost:9000", "http://127.0.0.1:9000"}},
		"ErrStage":        {context: map[string]any{"stage": "nope"}, says: `there is no stage "nope": choose one of local, dev, staging, production`},
		"ErrNoStage":      {context: map[string]any{"stage": ""}, says: `there is no stage "": choose one of local, dev, staging, production`},
		"ErrPagePort":     {context: map[string]any{"pagePort": "9000"}, says: `pagePort is for stage local alone, not for "dev"`},
		"ErrPagePortText": {context: map[string]any{"stage": "local", "pagePort": "http"}, says: `pagePort "http" is not a port: give a number from 1 to 65535`},
	} {
		t.Run(name, func(t *testing.T) {
			stage, err := stageOf(func(name string) any { return test.context[name] })
			if test.says != "" {
				if err == nil || err.Error() != test.says {
					t.Errorf("the error is %v, want %s", err, test.says)
				}
				return
			}
			if err != nil || stage.Name != test.stage {
				t.Fatalf("the stage is %q (%v), want %q", stage.Name, err, test.stage)
			}
			want := test.origins
			if own, _ := infra.StageNamed(test.stage); want == nil {
				want = own.Uploads.AllowedOrigins
			}
			if !slices.Equal(stage.Uploads.AllowedOrigins, want) {
				t.Errorf("its origins are %q, want %q", stage.Uploads.AllowedOrigins, want)
			}
		})
	}
}
