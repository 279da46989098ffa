# Every target works on a fresh machine with Go; what needs more says so.
GOFUMPT     := mvdan.cc/gofumpt@v0.9.2
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0
FUZZTIME    ?= 30s

.DEFAULT_GOAL := help
.PHONY: help build demo test clients apps fuzz bench bench-publish soak golden lint docs check

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 16

build: ## Build bin/wain, one static binary
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o bin/wain ./cmd/wain

demo: build ## Convert the fixture application for two targets and publish it into ./demo/repo
	bash fixtures/demo demo

test: build ## Everything: install what the tests need (as root on Debian), then all tests, real clients included
	bash fixtures/setup
	WAIN_ROOTS=1 go test -timeout 20m ./...

clients: build ## Only the tests with real apt, dnf, zypper and Puppet
	bash fixtures/setup
	WAIN_ROOTS=1 go test -count=1 -timeout 20m -run 'Client' ./cmd/wain ./repo ./sign

apps: build ## Real applications, each from a lock of another format, installed by apt and dnf and used
	bash fixtures/setup
	WAIN_APPS=1 WAIN_ROOTS=1 go test -count=1 -timeout 40m ./fixtures/apps
	WAIN_APPS=1 WAIN_ROOTS=1 go test -count=1 -timeout 20m -run Compiled ./convert/target

fuzz: ## Fuzz every parser of foreign bytes, FUZZTIME each; then 100,000 random questions to each reference
	bash fixtures/fuzz $(FUZZTIME)
	WAIN_RANDOM_CASES=100000 go test -count=1 -timeout 30m -run Oracle ./convert/pep
	WAIN_SEEDS=100 go test -count=1 -timeout 30m -run 'Random|Pip$$' ./convert/lock ./convert/index/pipconf

bench: build ## Measure converting beside dpkg-deb, nfpm and uv
	bash fixtures/setup
	go run ./fixtures/bench convert $(BENCHFLAGS)

bench-publish: build ## Measure publishing beside aptly, reprepro, apt-ftparchive, createrepo_c and freight (minutes)
	bash fixtures/setup
	go run ./fixtures/bench publish $(BENCHFLAGS)

soak: ## Readers poll 1,000 publishes, 500 processes are killed, every step of every operation fails (minutes)
	bash fixtures/setup
	WAIN_SOAK=1 go test -count=1 -timeout 40m -v -run '^Test(Readers|SlowReaders|KillAtEveryStep|FaultAtEveryStep|ManyPublishers|ManyPublishersOfOne|ManyPublishersS3|KillAtEveryRequestS3|S3RefusesForEver|JumpingClocks|KilledProcesses)$$' ./repo ./cmd/wain

golden: ## Rewrite the golden files, then look at the diff
	go test ./convert ./convert/pack -run Golden -update

lint: ## gofumpt, vet, staticcheck
	@test -z "$$(go run $(GOFUMPT) -l . | tee /dev/stderr)"
	go vet ./...
	go run $(STATICCHECK) ./...

docs: ## Rewrite docs/cli from the help texts
	go test ./cmd/wain -run TestCommandPages -update

check: lint test ## What CI runs, and the linters
