package api

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"signpost/lambda/s3sign/s3signtest"
)

// modelS3 behaves as S3's documentation promises, as far as uploads in parts depend on it: it
// checks the signature, binds an upload to the key that it began with, stores one part under each
// number, and on completion compares the size with x-amz-mp-object-size and respects If-None-Match.
// It also lists and deletes objects.
type modelS3 struct {
	secret  string
	uploads map[string]*modelUpload // unfinished ones, by id
	objects map[string]int64        // sizes by key
	lost    []string                // keys whose object was overwritten
	listed  []string                // keys of the last listing
	begun   int
}

type modelUpload struct {
	key   string
	parts map[string]int64 // sizes by number, as written in the query
}

func newModelS3() *modelS3 {
	return &modelS3{secret: testDeployment().Credentials.SecretAccessKey, uploads: map[string]*modelUpload{}, objects: map[string]int64{}}
}

// send returns the status, and the id of an upload if one began.
func (s *modelS3) send(r s3signtest.Request) (status int, uploadID string) {
	if r.SignatureError(s.secret) != nil {
		return 403, ""
	}
	u, err := url.Parse(r.URL)
	if err != nil {
		return 400, ""
	}
	key, query := strings.TrimPrefix(u.Path, "/"), u.Query()
	if query.Has("uploads") {
		s.begun++
		id := "upload" + strconv.Itoa(s.begun)
		s.uploads[id] = &modelUpload{key: key, parts: map[string]int64{}}
		return 200, id
	}
	if !query.Has("uploadId") {
		switch r.Method {
		case "PUT":
			return s.put(key, r), ""
		case "DELETE":
			delete(s.objects, key) // what a delete marker hides
			return 204, ""
		}
		if query.Has("list-type") {
			s.listed = s.list(query)
		}
		return 200, ""
	}
	id := query.Get("uploadId")
	upload := s.uploads[id]
	if upload == nil || upload.key != key {
		return 404, ""
	}
	switch r.Method {
	case "PUT":
		upload.parts[query.Get("partNumber")] = int64(r.Size)
		return 200, ""
	case "POST":
		return s.complete(id, upload, r), ""
	case "DELETE":
		delete(s.uploads, id)
		return 204, ""
	}
	return 200, ""
}

// list returns a page of keys, in their order.
func (s *modelS3) list(query url.Values) (page []string) {
	limit, err := strconv.Atoi(query.Get("max-keys"))
	if err != nil {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(s.objects)) {
		if strings.HasPrefix(key, query.Get("prefix")) && key > query.Get("start-after") && len(page) < limit {
			page = append(page, key)
		}
	}
	return page
}

func (s *modelS3) put(key string, r s3signtest.Request) int {
	if _, there := s.objects[key]; there {
		if r.Headers["If-None-Match"] == "*" {
			return 412
		}
		s.lost = append(s.lost, key)
	}
	s.objects[key] = int64(r.Size)
	return 200
}

func (s *modelS3) complete(id string, upload *modelUpload, r s3signtest.Request) int {
	if strconv.FormatInt(upload.total(), 10) != r.Headers["x-amz-mp-object-size"] {
		return 400
	}
	if status := s.put(upload.key, s3signtest.Request{Headers: r.Headers, Size: int(upload.total())}); status != 200 {
		return status
	}
	delete(s.uploads, id)
	return 200
}

func (u *modelUpload) total() (n int64) {
	for _, size := range u.parts {
		n += size
	}
	return n
}
