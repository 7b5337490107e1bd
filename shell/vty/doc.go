// Package vty is the SSH server: each connection is a session on a free vty line, with
// that line's settings. Server listens while there is a key to prove with who the
// router is. conn.go lets a client in, terminal.go gives it a session.
//
// Owners: Run follows the configuration and owns the listener; a goroutine owns each
// connection from accept to close, and everything that belongs to it ends before it
// does. Nothing here holds a lock while it writes to a client.
package vty
