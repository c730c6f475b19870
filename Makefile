# Every target sets up what it needs: Node packages here, Go modules by the go command itself.
#
#   make local               run the whole stack on this machine; with another stage: make local STAGE=issuer (or local-scan)
#   make check               format, vet, types, unit and template tests: for the inner loop
#   make test                everything: also static analysis, race detector, IAM, cdk-nag, HTTP, browsers, faults, fuzzing
#   make snapshot            update the golden templates after an intended change
#   make reference           render docs/api.html from openapi.yaml
#   make types               generate the client's types from openapi.yaml
#   make module              give a fork its own Go module path: make module MODULE=github.com/acme/signpost
#   make test-faults         uploads through failures; for more: make test-faults UPLOADS=1000 SEED=7
#   make bench               timings; it asserts nothing. Of the client alone: make bench-client RUNS=5
#   make preflight           find what would make a deployment of STAGE (default dev) fail; changes nothing
#   make synth|diff|deploy|destroy   the CDK command for STAGE; deploy runs preflight first

STAGE    ?= dev
APPROVAL ?= any-change
ADDR     ?= 127.0.0.1:8080

# The local run has another default.
LOCAL_STAGE := $(if $(filter file,$(origin STAGE)),local,$(value STAGE))

# As they were given, for recipes to quote: "$$STAGE".
override STAGE    := $(value STAGE)
override APPROVAL := $(value APPROVAL)
override MODULE   := $(value MODULE)
export STAGE LOCAL_STAGE APPROVAL MODULE

# The Node that package.json pins runs the CDK, jsii and cognito-local.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: local check check-go check-node test format vet types-check lint test-lambda test-local test-template test-iam test-nag test-consumer test-contract test-conformance test-client test-browser test-engines test-faults fuzz \
	snapshot reference types module bench bench-client preflight synth diff deploy destroy

node_modules/.installed: package.json package-lock.json $(wildcard client/package.json page/package.json test/frameworks/*/package.json)
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

local: node_modules/.installed
	@exec local/build-and-run.sh -addr $(ADDR) -stage "$$LOCAL_STAGE"

# For the inner loop. Slow Go tests are left out (-short), and Go's cache skips the packages that haven't changed. The functions'
# tests are quick, and would try too few random requests with -short.
check: node_modules/.installed
	@$(MAKE) --no-print-directory -j2 --output-sync=target check-go check-node

check-go: format vet
	go test ./docs/... ./lambda/... ./test/contract
	go test -short ./local/... ./internal/... ./infra/... ./test/template

check-node: types-check
	cd client && node --test --test-reporter=dot 'test/**/*.test.ts'

# Two at a time: a test that uses jsii is one process, and waits more than it computes. The longest come first, so that none is
# left alone at the end; the two with browsers and workers of their own are rarely side by side.
test: node_modules/.installed
	$(MAKE) --no-print-directory -j2 --output-sync=target test-browser test-template test-conformance test-engines test-faults lint test-nag \
		test-iam test-consumer test-contract test-local test-lambda test-client fuzz

lint: format vet types-check
	go tool staticcheck ./...
	go tool actionlint

format:
	@unformatted=$$(gofmt -l docs infra internal lambda local test); [ -z "$$unformatted" ] || { echo "run gofmt -w on: $$unformatted"; exit 1; }

# The folders with a go.mod are modules of their own.
vet:
	go vet ./...
	@for module in test/consumer test/codegen; do (cd $$module && go vet ./...) || exit 1; done

types-check: node_modules/.installed
	@for project in client page test/bench test/browser test/engines test/faults test/frameworks/*/; do \
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

# Who may do what, computed from the policies in the templates.
test-iam: node_modules/.installed
	go test ./test/iam/...

test-nag: node_modules/.installed
	go test ./test/nag

# Another module, which uses the construct in its own stack.
test-consumer: node_modules/.installed
	cd test/consumer && go test -count=1 ./... # Go's test cache doesn't see the module around it

# The functions, the templates and the reference against openapi.yaml, and a client generated from it. The generator is in
# a module of its own, since it needs another version of kin-openapi.
test-contract: node_modules/.installed
	go test ./docs/... ./test/contract/...
	cd test/codegen && go test -count=1 ./... # Go's test cache doesn't see openapi.yaml, which the generator reads

test-conformance: node_modules/.installed
	go test ./test/conformance/...

# The browser client without a browser: against a server in the test, and the package as it is published.
test-client: node_modules/.installed
	cd client && npm test --silent

test-browser: node_modules/.installed
	npx playwright test --config test/browser/playwright.config.ts

# What differs between browser engines, in Chromium, Firefox and WebKitGTK. For one: make test-engines ENGINE=firefox
test-engines: node_modules/.installed
	npx playwright test --config test/engines/playwright.config.ts $(ENGINE:%=--grep %)

# UPLOADS and SEED, if given, reach it through the environment.
test-faults: node_modules/.installed
	npx playwright test --config test/faults/playwright.config.ts

# Each fuzz target runs its seeds and then a second more; -fuzz takes one target at a time. For longer: make fuzz FUZZTIME=60s
FUZZTIME ?= 1s
fuzz:
	@for target in $$(grep -roE '^func Fuzz\w+' lambda --include='*_test.go' | sed -E 's|/[^/]*:func |:|'); do \
		go test ./$${target%:*} -run '^$$' -fuzz "^$${target#*:}$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x || exit 1; \
	done

snapshot: node_modules/.installed
	go test ./test/template -update

reference: node_modules/.installed
	go generate ./docs

types: node_modules/.installed
	cd client && npm run --silent types

module:
	@go run ./internal/module "$$MODULE"

preflight:
	@go run ./infra/preflight -stage "$$STAGE"

synth diff: node_modules/.installed
	npx cdk $@ -c stage="$$STAGE"

# cdk deploy shows the changes and asks before it widens a permission; here it asks before any change. Preflight asks
# before it sets API Gateway's log role for the account; YES=1 answers yes.
#
# A first deployment creates the stack without its protections and then deploys again, which turns them on. The CDK CLI
# turns on termination protection before it creates anything, so a stack whose creation failed could not be deleted.
cdk-deploy = npx cdk deploy -c stage="$$STAGE" --outputs-file cdk-outputs.json
deploy: node_modules/.installed
	@first=$$(go run ./infra/preflight -stage "$$STAGE" -fix $(if $(filter 1 y yes true,$(value YES)),-yes) -print first-deployment) || exit 1; \
	if [ "$$first" = yes ]; then \
		$(cdk-deploy) --require-approval "$$APPROVAL" -c firstDeployment=true || exit 1; \
		echo "The stack exists. Turning on its protections against deletion:"; \
		$(cdk-deploy) --require-approval never || { echo "The stack works but is not protected yet. Run this again."; exit 1; }; \
	else \
		$(cdk-deploy) --require-approval "$$APPROVAL"; \
	fi

# Asks before it deletes. In local and dev, empty the two buckets first; elsewhere whatever holds data is kept.
destroy: node_modules/.installed
	npx cdk destroy -c stage="$$STAGE"

bench: node_modules/.installed
	go test ./lambda/... -run '^$$' -bench . -benchmem
	go run ./test/bench
	go run ./test/bench/prefixes
	@$(MAKE) --no-print-directory bench-client

# The client beside Uppy and curl, in Chromium. RUNS and CASE, if given, reach it through the environment.
bench-client: node_modules/.installed
	npx playwright test --config test/bench/playwright.config.ts
