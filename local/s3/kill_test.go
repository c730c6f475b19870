package s3

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestKilledAtAnyMoment kills a server again and again while clients upload files, whole and in
// parts. After a restart, whatever was answered with 200 must exist completely, and everything else
// must be possible to finish.
func TestKilledAtAnyMoment(t *testing.T) {
	for name, noAttributes := range map[string]bool{"Attributes": false, "NoAttributes": true} {
		t.Run(name, func(t *testing.T) {
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			random := rand.New(rand.NewPCG(seed, 0))
			c := served{Dir: t.TempDir(), Port: freePort(t), Uploader: uploader, NoAttributes: noAttributes}
			for round := range 4 {
				p := serveProcess(t, c)
				clients := make([]*client, 4)
				var working sync.WaitGroup
				for i := range clients {
					clients[i] = newClient(p.base, fmt.Sprintf("uploads/killed/%d-%d", round, i), random)
					working.Go(func() { clients[i].work() })
				}
				wait := 120 * time.Millisecond
				if round%2 == 0 { // joining takes milliseconds, which are seldom hit by chance
					untilJoining(c)
					wait = 3 * time.Millisecond
				}
				time.Sleep(time.Duration(random.Int64N(int64(wait))))
				p.kill()
				working.Wait()

				again := serveProcess(t, c)
				for _, client := range clients {
					client.finish(t, c)
				}
				again.kill()
			}
		})
	}
}

// untilJoining waits until the parts of an upload are being joined, or for a second.
func untilJoining(c served) {
	for until := time.Now().Add(time.Second); time.Now().Before(until); time.Sleep(200 * time.Microsecond) {
		if found, _ := filepath.Glob(filepath.Join(c.Dir, "data", testBucket, multipartDir, "*", "*"+joiningEnd)); len(found) > 0 {
			return
		}
	}
}

// client uploads a file, in parts or whole, and remembers the answers.
type client struct {
	base, key string
	parts     [][]byte
	isWhole   bool

	id       string
	etags    []string // of the parts that were answered with 200
	isStored bool     // the last request was answered with 200
}

func newClient(base, key string, random *rand.Rand) *client {
	c := &client{base: base, key: key, isWhole: random.IntN(4) == 0}
	for i := range 3 {
		part := bytes.Repeat([]byte{byte(random.Uint32())}, 5<<20)
		if i == 2 {
			part = part[:random.IntN(len(part))+1]
		}
		c.parts = append(c.parts, part)
	}
	return c
}

// work continues until the file is uploaded or a request fails.
func (c *client) work() (err error) {
	if c.isWhole {
		a, err := c.send(http.MethodPut, nil, once, bytes.Join(c.parts, nil))
		c.isStored = err == nil && a.status == http.StatusOK
		return expect(a, err)
	}
	if c.id == "" {
		a, err := c.send(http.MethodPost, url.Values{"uploads": {""}}, nil, nil)
		if err := expect(a, err); err != nil {
			return err
		}
		var created struct{ UploadId string }
		if err := xml.Unmarshal(a.body, &created); err != nil {
			return err
		}
		c.id = created.UploadId
	}
	for i := len(c.etags); i < len(c.parts); i++ {
		a, err := c.send(http.MethodPut, url.Values{"uploadId": {c.id}, "partNumber": {fmt.Sprint(i + 1)}}, nil, c.parts[i])
		if err := expect(a, err); err != nil {
			return err
		}
		c.etags = append(c.etags, a.etag)
	}
	a, err := c.send(http.MethodPost, url.Values{"uploadId": {c.id}}, once, completion(c.etags))
	c.isStored = err == nil && a.status == http.StatusOK
	return expect(a, err)
}

// finish uploads the rest after a restart, and checks the object.
func (c *client) finish(t *testing.T, s served) {
	t.Helper()
	if !c.isStored {
		err := c.work()
		if c.isWhole && err != nil && strings.Contains(err.Error(), "PreconditionFailed") {
			err = nil // it was stored, but the answer was lost
		}
		if err != nil {
			t.Errorf("%s (%d parts answered) can't be finished: %v", c.key, len(c.etags), err)
			return
		}
	}
	got, err := os.ReadFile(filepath.Join(s.Dir, "data", testBucket, c.key))
	if err != nil || !slices.Equal(got, bytes.Join(c.parts, nil)) {
		t.Errorf("%s was answered with 200 and is not complete: %d bytes, %v", c.key, len(got), err)
	}
}

func (c *client) send(method string, query url.Values, header map[string]string, body []byte) (answer, error) {
	s := signed{base: c.base, method: method, key: c.key, query: query, header: header, length: int64(len(body))}
	target, headers, err := s.trySign()
	if err != nil {
		return answer{}, err
	}
	return tryAnswer(method, target, headers, body)
}

func expect(a answer, err error) error {
	if err == nil && a.status != http.StatusOK {
		err = fmt.Errorf("answered %d %s", a.status, a.body)
	}
	return err
}
