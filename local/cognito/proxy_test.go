package cognito

import (
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const pageOrigin = "http://127.0.0.1:8080"

type request struct{ method, path, origin, operation string }

func (r request) send(t *testing.T, s *Server) (*http.Response, string) {
	t.Helper()
	sent, err := http.NewRequest(r.method, s.URL+r.path, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	sent.Header.Set("Content-Type", "application/x-amz-json-1.1")
	for name, value := range map[string]string{"Origin": r.origin, "X-Amz-Target": r.operation} {
		if value != "" {
			sent.Header.Set(name, value)
		}
	}
	if r.method == http.MethodOptions {
		sent.Header.Set("Access-Control-Request-Method", "POST")
		sent.Header.Set("Access-Control-Request-Headers", "content-type,x-amz-target")
	}
	answer, err := http.DefaultClient.Do(sent)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

// Every page in a browser on this machine can send requests to the port.
func TestProxy(t *testing.T) {
	s := start(t, t.TempDir(), 0)
	s.AllowOrigins([]string{"http://localhost:8080", pageOrigin})
	port := ":" + strconv.Itoa(s.Port)
	signIn := operationPrefix + "InitiateAuth"
	for name, c := range map[string]struct {
		request
		status   int
		readable bool // by the page that sends the request
	}{
		"OK":                 {request{"POST", "/", pageOrigin, signIn}, 400, true},
		"OKNoPage":           {request{"POST", "/", "", signIn}, 400, false},
		"OKPreflight":        {request{"OPTIONS", "/", pageOrigin, ""}, 204, true},
		"OKKeys":             {request{"GET", "/local_x/.well-known/jwks.json", "", ""}, 200, false},
		"ErrOtherPort":       {request{"POST", "/", "http://127.0.0.1:8081", signIn}, 403, false},
		"ErrOtherSite":       {request{"POST", "/", "https://evil.example", signIn}, 403, false},
		"ErrNullOrigin":      {request{"POST", "/", "null", signIn}, 403, false},
		"ErrOwnOrigin":       {request{"POST", "/", "http://127.0.0.1" + port, signIn}, 403, false},
		"ErrOtherPreflight":  {request{"OPTIONS", "/", "https://evil.example", ""}, 403, false},
		"ErrAdministration":  {request{"POST", "/", pageOrigin, operationPrefix + "AdminCreateUser"}, 403, true},
		"ErrAdministration2": {request{"POST", "/", "", operationPrefix + "ListUsers"}, 403, false},
		"ErrSecondName":      {request{"POST", "/", "", "X.ListUsers.InitiateAuth"}, 403, false},
		"ErrNoOperation":     {request{"POST", "/", "", ""}, 403, false},
		"ErrSignInForm":      {request{"GET", "/oauth2/authorize", "", ""}, 404, false},
		"ErrToken":           {request{"POST", "/oauth2/token", "", signIn}, 404, false},
	} {
		t.Run(name, func(t *testing.T) {
			answer, body := c.send(t, s)
			if answer.StatusCode != c.status {
				t.Errorf("answered %d %s, want %d", answer.StatusCode, body, c.status)
			}
			want := ""
			if c.readable {
				want = c.origin
			}
			if got := answer.Header.Values("Access-Control-Allow-Origin"); strings.Join(got, " ") != want {
				t.Errorf("readable by %q, want %q", got, want)
			}
		})
	}
}

func TestAllowOrigins(t *testing.T) {
	var s Server
	if s.allows(pageOrigin) {
		t.Error("a page may call before origins are set")
	}
	s.AllowOrigins([]string{"https://*.example.com"})
	for origin, want := range map[string]bool{
		"https://app.example.com": true, "https://example.com": false, "https://.example.com.evil": false, pageOrigin: false,
	} {
		if s.allows(origin) != want {
			t.Errorf("%s: got %v", origin, !want)
		}
	}
}

// The socket and the stored users are private, also in a folder of an earlier run that everybody
// could read.
func TestStoreIsPrivate(t *testing.T) {
	before := syscall.Umask(0)
	defer syscall.Umask(before)
	dir := filepath.Join(t.TempDir(), "cognito")
	if err := os.MkdirAll(filepath.Join(dir, ".cognito", "db"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".cognito", "db", "clients.json"), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := start(t, dir, 0)
	pool, err := s.CreatePool(t.Context(), "One", Properties{"UsernameAttributes": []string{"email"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CreateUser(t.Context(), pool, "ada@example.com", password); err != nil {
		t.Fatal(err)
	}
	files := 0
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may use %s: %s", path, info.Mode())
		}
		files++
		return err
	})
	if err != nil || files < 5 {
		t.Errorf("%d files, %v", files, err)
	}
}

// If the path is too long for a socket, the socket is in another folder.
func TestLongPath(t *testing.T) {
	s := start(t, filepath.Join(t.TempDir(), strings.Repeat("x", 120)), 0)
	if len(s.Socket) > maxSocketPath {
		t.Errorf("the socket is at %s", s.Socket)
	}
	s.Close()
	if _, err := os.Stat(filepath.Dir(s.Socket)); err == nil {
		t.Error("the folder of the socket is left")
	}
}

// A client that stops sending in its headers loses its connection after the timeout.
func TestSilentClients(t *testing.T) {
	s := start(t, t.TempDir(), 0)
	for name, sent := range map[string]string{"Nothing": "", "HalfHeaders": "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n"} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, sent); err != nil {
				t.Fatal(err)
			}
			conn.SetReadDeadline(time.Now().Add(10 * headerTimeout))
			if _, err := io.ReadAll(conn); err != nil {
				t.Error("the connection is still open: ", err)
			}
		})
	}
}

// Files are replaced, so that a kill during a write leaves the old file.
func TestStoreReplacesFiles(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, 0)
	if _, err := s.CreatePool(t.Context(), "One", nil, nil); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, ".cognito", "db", "clients.json")
	before, err := os.Open(path) // stays the old file when its name goes to a new one
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	want, err := io.ReadAll(before)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreatePool(t.Context(), "Two", nil, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := before.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(before); err != nil || string(got) != string(want) {
		t.Errorf("the file was overwritten in place: %v", err)
	}
	if now, err := os.ReadFile(path); err != nil || string(now) == string(want) {
		t.Errorf("nothing was stored: %v", err)
	}
}

// A truncated store is refused, and not taken for one without users.
func TestTruncatedStore(t *testing.T) {
	for name, content := range map[string]string{"ErrEmpty": "", "ErrHalf": `{"Users": {`} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, ".cognito", "db", "local_x.json")
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Start(t.Context(), Config{Node: "node", Dir: dir}); err == nil || !strings.Contains(err.Error(), path+" is not complete") {
				t.Errorf("got %v", err)
			}
		})
	}
}
