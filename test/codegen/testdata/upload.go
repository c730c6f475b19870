// Package signpost is the generated client, with one function that uses it as its users would.
package signpost

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
)

// upload stores a picture: it plans the upload, and sends the signed request word for word.
func upload(ctx context.Context, apiURL, token, name string, picture []byte) (Key, error) {
	authorize := func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", token)
		return nil
	}
	client, err := NewClientWithResponses(apiURL, WithRequestEditorFn(authorize))
	if err != nil {
		return "", err
	}
	answer, err := client.PlanUploadWithResponse(ctx, UploadRequest{Filename: name, ContentType: "image/png", Size: int64(len(picture))})
	if err != nil {
		return "", err
	}
	for _, failed := range []*ErrorResponse{answer.JSON400, answer.JSON401, answer.JSON403, answer.JSON413, answer.JSON415, answer.JSON429, answer.JSON500} {
		if failed != nil {
			return "", fmt.Errorf("%s: %s (request %s)", failed.Error.Code, failed.Error.Message, failed.Error.RequestId)
		}
	}
	if answer.JSON201 == nil {
		return "", fmt.Errorf("the API answered %s", answer.Status())
	}
	plan, err := answer.JSON201.ValueByDiscriminator()
	if err != nil {
		return "", err
	}
	switch plan := plan.(type) {
	case PutPlan:
		return plan.Key, send(ctx, plan.Method, plan.Url, plan.Headers, picture)
	case MultipartPlan:
		return plan.Key, send(ctx, plan.Method, plan.Url, plan.Headers, nil) // and then each of plan.Multipart.PartCount parts
	}
	return "", fmt.Errorf("a plan of type %T", plan)
}

func send(ctx context.Context, method Method, url SignedURL, headers SignedHeaders, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, string(method), url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("S3 answered %s", answer.Status)
	}
	return nil
}

var _ = upload
