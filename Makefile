# Every target works on a fresh machine with Go; what needs more says so.
GOFUMPT     := mvdan.cc/gofumpt@v0.9.2
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0
FUZZTIME    ?= 30s

.DEFAULT_GOAL := help
.PHONY: help build demo test clients fuzz bench golden lint docs check

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 12

build: ## Build bin/wain, one static binary
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o bin/wain ./cmd/wain

demo: build ## Convert the fixture application for two targets and publish it into ./demo/repo
	bash fixtures/demo demo

test: build ## Everything: install what the tests need (as root on Debian), then all tests, real clients included
	bash fixtures/setup
	WAIN_ROOTS=1 go test -timeout 20m ./...

clients: build ## Only the tests with real apt, dnf, zypper and Puppet
	bash fixtures/setup
	WAIN_ROOTS=1 go test -count=1 -timeout 20m -run 'Client' ./cmd/wain ./repo

fuzz: ## Fuzz every parser of foreign bytes, FUZZTIME each
	bash fixtures/fuzz $(FUZZTIME)

bench: build ## Measure beside dpkg-deb, nfpm, uv, createrepo_c and apt-ftparchive
	bash fixtures/setup
	go run ./fixtures/bench

golden: ## Rewrite the golden files, then look at the diff
	go test ./convert ./convert/pack -run Golden -update

lint: ## gofumpt, vet, staticcheck
	@test -z "$$(go run $(GOFUMPT) -l . | tee /dev/stderr)"
	go vet ./...
	go run $(STATICCHECK) ./...

docs: ## Rewrite docs/cli from the help texts
	go test ./cmd/wain -run TestCommandPages -update

check: lint test ## What CI runs, and the linters
