package kernel

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

const (
	destroyGroup = 3   // NFNLGRP_CONNTRACK_DESTROY of linux/netfilter/nfnetlink_compat.h
	endedKept    = 256 // connections that have ended and are still remembered
)

// ended are the translated connections that ended last. One that is refused is gone before
// anybody can ask about its packets.
type ended struct {
	expired func(Translation) // told about those that no program has deleted

	mu   sync.Mutex
	last [endedKept]flow
	next int
}

// find is like find for connections that there are.
func (e *ended) find(t tuple) (f flow, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range e.last {
		if f := &e.last[i]; f.orig == t || f.reply == t {
			return *f, true
		}
	}
	return f, false
}

// watch remembers connections as they end, until ctx ends.
func (e *ended) watch(ctx context.Context) error {
	c, err := netlink.Dial(unix.NETLINK_NETFILTER, &netlink.Config{Groups: 1 << (destroyGroup - 1)})
	if err != nil {
		return fmt.Errorf("kernel: conntrack events: %w", err)
	}
	defer context.AfterFunc(ctx, func() { c.Close() })()
	defer c.Close()
	for {
		list, err := c.Receive()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !errors.Is(err, unix.ENOBUFS) { // that one is some that were lost
			return fmt.Errorf("kernel: conntrack events: %w", err)
		}
		for _, m := range list {
			if m.Header.Type == conntrackMessage|ctMsgDelete && len(m.Data) >= nfgenHeader && m.Data[0] == unix.AF_INET {
				e.enter(m.Data[nfgenHeader:], m.Header.PID == 0)
			}
		}
	}
}

// enter takes note of one. Who has deleted it is named by the message, unless it ended by
// itself.
func (e *ended) enter(attrs []byte, byItself bool) {
	f, err := decodeFlow(attrs)
	if err != nil || f.mark&markNAT == 0 {
		return
	}
	f.name = nil
	e.mu.Lock()
	e.last[e.next] = f
	e.next = (e.next + 1) % endedKept
	e.mu.Unlock()
	if byItself {
		e.expired(f.translation())
	}
}
