package s3

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// timedListener bounds how long a client can hold a connection without a word: fasthttp's own limit is for a whole
// request, and a large upload takes long.
type timedListener struct {
	net.Listener
	header, idle time.Duration
}

func (l *timedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	conn.SetReadDeadline(time.Now().Add(l.header))
	return &timedConn{Conn: conn, idle: l.idle}, nil
}

// timedConn reads the headers within one limit, and then each piece of the body within another, as S3 does.
type timedConn struct {
	net.Conn
	idle       time.Duration
	hasHeaders atomic.Bool
	isTimed    atomic.Bool // by somebody else
	isSilent   atomic.Bool // its time is up
}

// gotHeaders says that what comes from here on is the body. There is one request a connection.
func (c *timedConn) gotHeaders() { c.hasHeaders.Store(true) }

// SetReadDeadline puts another limit in place of these; the zero time takes it away again.
func (c *timedConn) SetReadDeadline(t time.Time) error {
	c.isTimed.Store(!t.IsZero())
	return c.Conn.SetReadDeadline(t)
}

func (c *timedConn) Read(p []byte) (int, error) {
	if c.hasHeaders.Load() && !c.isTimed.Load() {
		if err := c.Conn.SetReadDeadline(time.Now().Add(c.idle)); err != nil {
			return 0, err
		}
	}
	if c.isSilent.Load() {
		return 0, os.ErrDeadlineExceeded
	}
	n, err := c.Conn.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.isSilent.Store(true) // nobody waits for the rest of its body
		if !c.hasHeaders.Load() {
			err = io.EOF // else versitygw reports an internal error
		}
	}
	return n, err
}
