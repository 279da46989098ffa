package main

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"wain/fixtures"
)

// addS3 gives scripts the condition [s3], and with it the commands
//
//	s3 NAME [plain]   puts a new place s3://BUCKET/PREFIX into the variable NAME, where everybody reads it into
//	                  NAME_URL, and what AWS's tools need into their variables; a plain server ignores conditions
//	s3put NAME FILE   stores a file at NAME, as in $NAME/pool/x, behind wain's back
func addS3(t *testing.T, params *testscript.Params) {
	var server *fixtures.S3Server
	if fixtures.HasS3(t) {
		server = fixtures.S3(t)
	}
	plain := fixtures.PlainS3(t)
	params.Condition = func(condition string) (bool, error) {
		if condition != "s3" {
			return false, fmt.Errorf("unknown condition %s", condition)
		}
		return server != nil, nil
	}
	var places atomic.Int64
	params.Cmds["s3"] = func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) < 1 || len(args) > 2 {
			ts.Fatalf("usage: s3 NAME [plain]")
		}
		at := server
		if len(args) == 2 {
			at = plain
		}
		prefix := fmt.Sprintf("place-%d", places.Add(1))
		ts.Setenv(args[0], "s3://"+at.Bucket+"/"+prefix)
		ts.Setenv(args[0]+"_URL", at.URL(prefix))
		for _, variable := range at.Env() {
			name, value, _ := strings.Cut(variable, "=")
			ts.Setenv(name, value)
		}
	}
	params.Cmds["s3put"] = func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 2 {
			ts.Fatalf("usage: s3put NAME FILE")
		}
		key, ok := strings.CutPrefix(args[0], "s3://"+server.Bucket+"/")
		if !ok {
			ts.Fatalf("%s is not in the bucket", args[0])
		}
		ts.Check(server.Put(key, []byte(ts.ReadFile(args[1]))))
	}
}
