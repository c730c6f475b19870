package main

import (
	"strconv"
	"strings"

	"signpost/lambda/config"
)

// The events that API Gateway sends to the functions.
var (
	plan     = event("/uploads", `{"filename":"holiday in Köln.png","contentType":"image/png","size":12345,"metadata":{"album":"2026"}}`)
	download = event("/downloads", `{"key":"`+key+`","disposition":"inline"}`)
	listing  = event("/listings", `{"limit":100}`)
	deletion = event("/deletions", `{"keys":["`+key+`"]}`)
	scan     = event("/scans", `{"key":"`+key+`"}`)
)

const (
	sub = "0f9a8b7c-6d5e-4f3a-2b1c-0d9e8f7a6b5c"
	key = "uploads/" + sub + "/01K2XQ7V8Z9ABCDEFGHJKMNPQR/holiday-in-Koln.png"
)

func event(resource, body string) string {
	return strings.NewReplacer("@RESOURCE", resource, "@BODY", strconv.Quote(body), "@SUB", sub).Replace(request)
}

// request has about as many headers and claims as those of a browser and Cognito.
const request = `{
  "resource": "@RESOURCE", "path": "@RESOURCE", "httpMethod": "POST",
  "headers": {
    "Accept": "*/*", "Accept-Encoding": "gzip, deflate, br", "Accept-Language": "en-GB,en;q=0.9",
    "Content-Type": "application/json", "Host": "abcdefghij.execute-api.eu-west-1.amazonaws.com",
    "Origin": "https://app.example.com", "Referer": "https://app.example.com/", "User-Agent": "Mozilla/5.0",
    "X-Amzn-Trace-Id": "Root=1-66c2ea41-0f4c6c3b5b6d1f0a2e3d4c5b", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"
  },
  "multiValueHeaders": {
    "Accept": ["*/*"], "Accept-Encoding": ["gzip, deflate, br"], "Accept-Language": ["en-GB,en;q=0.9"],
    "Content-Type": ["application/json"], "Host": ["abcdefghij.execute-api.eu-west-1.amazonaws.com"],
    "Origin": ["https://app.example.com"], "Referer": ["https://app.example.com/"], "User-Agent": ["Mozilla/5.0"]
  },
  "queryStringParameters": null, "multiValueQueryStringParameters": null, "pathParameters": null, "stageVariables": null,
  "requestContext": {
    "accountId": "123456789012", "apiId": "abcdefghij", "stage": "v1", "httpMethod": "POST", "resourcePath": "@RESOURCE",
    "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", "requestTimeEpoch": 1787040000000,
    "identity": {"sourceIp": "203.0.113.7", "userAgent": "Mozilla/5.0"},
    "authorizer": {"claims": {
      "sub": "@SUB", "aud": "3n4b5urk1ft4fl3mg5e62d9ado", "token_use": "id",
      "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI", "email": "ada@example.com",
      "email_verified": "true", "auth_time": "1787039000", "iat": "Tue Aug 18 10:00:00 UTC 2026", "exp": "Tue Aug 18 11:00:00 UTC 2026"
    }}
  },
  "body": @BODY,
  "isBase64Encoded": false
}`

// shared are the settings of every function that signs.
func shared() config.Shared {
	return config.Shared{
		Bucket:           "signpost-uploads",
		KeyPrefix:        config.DefaultKeyPrefix,
		URLLifetime:      config.DefaultURLLifetime,
		AllowedOrigins:   []string{"https://app.example.com"},
		ClientIDs:        []string{"3n4b5urk1ft4fl3mg5e62d9ado"},
		TokenUse:         config.IDToken,
		MetricsNamespace: config.DefaultMetricsNamespace,
	}
}

// uploadEnvironment returns the environment of the function that signs uploads.
func uploadEnvironment() map[string]string {
	return config.Upload{
		Shared:             shared(),
		MaxSize:            config.DefaultMaxSize,
		MultipartThreshold: config.DefaultMultipartThreshold,
		ResumableUploads:   true,
		AllowedTypes:       config.DefaultAllowedTypes(),
	}.Environment()
}

// filesEnvironment returns the environment of a function that signs for stored files.
func filesEnvironment() map[string]string { return config.Files{Shared: shared()}.Environment() }
