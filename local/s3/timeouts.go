package s3

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// timedListener limits how long a client can keep a connection without sending anything. fasthttp's
// own timeout is for a whole request, which takes long for a large upload.
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

// timedConn has one timeout for the headers and another for each read of the body, as S3 has.
type timedConn struct {
	net.Conn
	idle       time.Duration
	hasHeaders atomic.Bool
	isTimed    atomic.Bool // somebody else has set a deadline
	isSilent   atomic.Bool // a timeout has passed
}

// gotHeaders starts the timeout of the body. A connection has one request.
func (c *timedConn) gotHeaders() { c.hasHeaders.Store(true) }

// SetReadDeadline replaces the timeouts by a deadline; the zero time restores them.
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
		c.isSilent.Store(true) // later reads of the body fail at once
		if !c.hasHeaders.Load() {
			err = io.EOF // otherwise versitygw logs an internal error
		}
	}
	return n, err
}
