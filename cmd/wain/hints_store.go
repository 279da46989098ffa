package main

import (
	"errors"
	"io/fs"

	"wain/repo/store"
)

// servedHint is for a URL that does not lead to a repository.
const servedHint = "look at the URL: the folder with suites.json, dists or repodata in it; wain verify finds apt suites without suites.json by --suite NAME, and all other commands read .wain there"

// adviseStore is for object stores and web servers. It comes before what the
// operating system refused, which their answers match as well.
func adviseStore(err error) (advice, bool) {
	var conflict *store.ConflictError
	var unconditional *store.UnconditionalError
	var busy *store.BusyError
	var credentials *store.CredentialsError
	var answer *store.S3Error
	var page *store.StatusError
	var unanswered *servedError
	switch {
	case errors.As(err, &conflict):
		return advice{kind: "name-taken", file: conflict.Name, hint: "run the same command again when the other publish has ended; what a killed one left is replaced an hour after it was written"}, true
	case errors.As(err, &unconditional):
		return advice{kind: "no-conditions", hint: "--single-publisher publishes all the same, and then nobody else may publish at that time; or use a server that honours If-None-Match and If-Match on PUT"}, true
	case errors.As(err, &busy):
		return advice{kind: "busy", hint: "run the same command again when fewer publish; packages that were sent need not be sent again"}, true
	case errors.As(err, &credentials):
		return advice{kind: "s3-credentials", hint: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or what else AWS's own tools take; for a server of your own also AWS_ENDPOINT_URL_S3"}, true
	case errors.As(err, &answer):
		return advice{kind: "s3", file: answer.Object, hint: s3Hint(answer)}, true
	case errors.As(err, &page):
		return advice{kind: "http", file: page.URL, hint: servedHint}, true
	case errors.As(err, &unanswered) && !errors.Is(err, fs.ErrNotExist):
		return advice{kind: "http", file: unanswered.url, hint: "no answer: look at the URL, the network and the proxy, and run the same command again"}, true
	}
	return advice{}, false
}

func s3Hint(e *store.S3Error) string {
	switch {
	case e.Code == "NoSuchBucket":
		return "make the bucket first: wain makes none"
	case e.Status == 301 || e.Code == "AuthorizationHeaderMalformed" || e.Code == "IllegalLocationConstraintException":
		return "name the bucket's region in AWS_REGION"
	case e.Code == "InvalidAccessKeyId" || e.Code == "SignatureDoesNotMatch" || e.Code == "ExpiredToken" || e.Code == "InvalidToken":
		return "the server does not take these credentials: look at AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN"
	case e.Status == 403:
		return "publishing needs s3:GetObject, s3:PutObject, s3:DeleteObject, and s3:ListBucket for the bucket"
	case e.Status == 0:
		return "no answer: look at AWS_ENDPOINT_URL_S3, the network and the proxy, and run the same command again"
	}
	return "run the same command again; a commit that did not count has changed nothing"
}
