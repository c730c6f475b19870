# Every target sets up what it needs: Node packages here, Go modules by the go command itself.
#
#   make local               the whole stack on this machine
#   make test                everything that proves it
#   make snapshot            write the golden templates anew after a wanted change
#   make reference           render openapi.yaml into docs/api.html anew
#   make types               the client's types from openapi.yaml
#   make test-faults         uploads while everything fails; more: make test-faults UPLOADS=1000 SEED=7
#   make bench               timings; nothing is asserted
#   make preflight           what would keep STAGE (default dev) from being deployed; changes nothing
#   make synth|diff|deploy|destroy   the CDK, for STAGE; deploy begins with preflight

STAGE    ?= dev
APPROVAL ?= any-change
ADDR     ?= 127.0.0.1:8080

# As they were given, for recipes to quote: "$$STAGE".
override STAGE    := $(value STAGE)
override APPROVAL := $(value APPROVAL)
export STAGE APPROVAL

# The Node that package.json pins runs the CDK, jsii and cognito-local.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: local test lint test-lambda test-local test-template test-iam test-nag test-consumer test-contract test-conformance test-client test-browser test-engines test-faults fuzz \
	snapshot reference types bench preflight synth diff deploy destroy

node_modules/.installed: package.json package-lock.json $(wildcard client/package.json page/package.json test/frameworks/*/package.json)
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

local: node_modules/.installed
	@exec local/build-and-run.sh -addr $(ADDR)

# Two at a time: what uses jsii is one test process each, and waits more than it computes.
test: node_modules/.installed
	$(MAKE) --no-print-directory -j2 --output-sync=target test-browser test-engines test-template test-conformance lint test-faults test-nag \
		test-iam test-consumer test-contract test-local test-lambda test-client fuzz

lint: node_modules/.installed
	@unformatted=$$(gofmt -l docs infra internal lambda local test); [ -z "$$unformatted" ] || { echo "gofmt would change: $$unformatted"; exit 1; }
	go vet ./...
	go tool staticcheck ./...
	go tool actionlint
	cd test/consumer && go vet ./...
	for project in client page test/browser test/engines test/faults test/frameworks/*/; do \
		echo "tsc -p $$project"; \
		tsc -p $$project --incremental --tsBuildInfoFile node_modules/.cache/tsc/$$(basename $$project).json || exit 1; \
	done

# The race detector needs a C compiler.
CC_FOUND := $(shell command -v cc || command -v gcc || command -v clang)
RACE     := $(if $(CC_FOUND),-race,)

# lambda/mediatype's table comes from node_modules/mime-db.
test-lambda: node_modules/.installed
	$(race-note)
	go test $(RACE) ./lambda/...

test-local: node_modules/.installed
	$(race-note)
	go test $(RACE) ./internal/... ./local/...

define race-note
	@[ -n "$(RACE)" ] || { echo "NOT RUN: the race detector, because no C compiler was found (cc, gcc or clang)"; [ -z "$$CI" ]; }
endef

test-template: node_modules/.installed
	go test ./infra/... ./test/template/... ./test/workflows

# Who may do what, computed from the templates' policies.
test-iam: node_modules/.installed
	go test ./test/iam/...

test-nag: node_modules/.installed
	go test ./test/nag

# Another module that puts the construct into a stack of its own.
test-consumer: node_modules/.installed
	cd test/consumer && go test -count=1 ./... # Go's test cache sees nothing of the module around it

test-contract: node_modules/.installed
	go test ./test/contract/...

test-conformance: node_modules/.installed
	go test ./test/conformance/...

# The browser client without a browser: against a real server, and what is published of it.
test-client: node_modules/.installed
	cd client && npm test --silent

test-browser: node_modules/.installed
	npx playwright test --config test/browser/playwright.config.ts

# What an engine can change, in Chromium, Firefox and WebKitGTK. One alone: make test-engines ENGINE=firefox
test-engines: node_modules/.installed
	npx playwright test --config test/engines/playwright.config.ts $(ENGINE:%=--project %)

# UPLOADS and SEED, where they are given, reach it through the environment.
test-faults: node_modules/.installed
	npx playwright test --config test/faults/playwright.config.ts

# A second of each fuzz target beyond its seeds; -fuzz takes one target at a time. More: make fuzz FUZZTIME=60s
FUZZTIME ?= 1s
fuzz:
	@for target in $$(grep -roE '^func Fuzz\w+' lambda --include='*_test.go' | sed -E 's|/[^/]*:func |:|'); do \
		go test ./$${target%:*} -run '^$$' -fuzz "^$${target#*:}$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x || exit 1; \
	done

snapshot: node_modules/.installed
	go test ./test/template -update

# docs/api.html from openapi.yaml.
reference: node_modules/.installed
	go generate ./docs

types: node_modules/.installed
	cd client && npm run --silent types

preflight:
	@go run ./infra/preflight -stage "$$STAGE"

synth diff: node_modules/.installed
	npx cdk $@ -c stage="$$STAGE"

# cdk deploy shows what changes and asks before it widens a permission; here it asks before any change. Preflight asks
# before it sets the account's log role for API Gateway; YES=1 answers that.
#
# A first deployment makes the stack without its protections, and then deploys again, which turns them on: the CDK CLI
# turns termination protection on before it creates anything, so that a creation that failed could not be deleted.
cdk-deploy = npx cdk deploy -c stage="$$STAGE" --outputs-file cdk-outputs.json
deploy: node_modules/.installed
	@first=$$(go run ./infra/preflight -stage "$$STAGE" -fix $(if $(filter 1 y yes true,$(value YES)),-yes) -print first-deployment) || exit 1; \
	if [ "$$first" = yes ]; then \
		$(cdk-deploy) --require-approval "$$APPROVAL" -c firstDeployment=true || exit 1; \
		echo "The stack is there. Now its protections against deletion:"; \
		$(cdk-deploy) --require-approval never || { echo "The stack works, and is not protected yet: run this again."; exit 1; }; \
	else \
		$(cdk-deploy) --require-approval "$$APPROVAL"; \
	fi

# Asks before it deletes. What holds data is kept outside local and dev; elsewhere empty the two buckets first.
destroy: node_modules/.installed
	npx cdk destroy -c stage="$$STAGE"

bench: node_modules/.installed
	go test ./lambda/presign -run '^$$' -bench . -benchmem
	go run ./test/bench
