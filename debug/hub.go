package debug

import (
	"fmt"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
)

// Off as a level switches a destination off.
const Off = -1

// debugging is the level of events that are no syslog messages.
const debugging = 7

// Hub takes every event of the router, and gives its line to the console, to the
// terminals that monitor, and to the log buffer. It is safe for concurrent use;
// nothing in it waits for a terminal.
//
// On the hot path ask first, so that no event is built in vain:
//
//	if hub.On(debug.FlagIPsec) { hub.Emit(…) }
type Hub struct {
	flags    atomic.Uint32
	switched atomic.Pointer[func()] // called when flags may have changed

	condition atomic.Pointer[Condition] // nil for none

	mu              sync.Mutex // guards all below; lines leave in the order of their stamps
	clock           Clock
	manner          Manner
	debugStamp      Stamp
	logStamp        Stamp
	level           [3]int // by Kind
	limit           limiter
	numbered        bool
	sequence        uint64
	counts          []Count // nil while they are not wanted
	subs            map[*Subscription]struct{}
	buf             buffer
	counters        Counters
	scratch         []byte
	droppedByClosed uint64
}

// Kind is the sort of terminal that a subscription serves.
type Kind uint8

const (
	ConsoleLine Kind = iota // logging console
	MonitorLine             // logging monitor, a vty with `terminal monitor`
	TrapLine                // logging trap, what sends to the syslog hosts
)

// Line is a finished line.
type Line struct {
	Text string // stamp and text; continuation lines after "\n", no final newline
	Note string // the teacher's note in the subscriber's language, or ""
	// Severity is that of the message, 7 for debug lines.
	Severity uint8
}

// Lines yields the lines of a message, without blank ones: a syslog host is told each
// by itself.
func (l Line) Lines() iter.Seq[string] { return messageLines(l.Text) }

func messageLines(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.SplitSeq(text, "\n") {
			if strings.TrimSpace(line) != "" && !yield(line) {
				return
			}
		}
	}
}

// Counters are the figures of `show logging`.
type Counters struct {
	Console, Monitor, Buffer uint64 // messages logged
	Trap                     uint64 // lines handed to what sends to the syslog hosts
	Limited                  uint64 // messages above the rate limit
	Dropped                  uint64 // lines that a slow terminal did not take
}

// NewHub returns a hub as a router boots: no debugging on, everything else logged
// at level debugging, stamps with date, time and milliseconds.
func NewHub(c Clock) *Hub {
	stamp := Stamp{Kind: StampDatetime, Msec: true}
	return &Hub{
		clock:      c,
		debugStamp: stamp,
		logStamp:   stamp,
		level:      [3]int{debugging, debugging, Off},
		limit:      limiter{Limit: Limit{Except: -1}},
		subs:       map[*Subscription]struct{}{},
		buf:        buffer{size: 4096, level: debugging},
	}
}

// On reports whether any of the switches is on. It costs one atomic load.
func (h *Hub) On(f Flag) bool { return Flag(h.flags.Load())&f != 0 }

// Flags returns the switches that are on.
func (h *Hub) Flags() Flag { return Flag(h.flags.Load()) }

// SetFlags replaces the switches.
func (h *Hub) SetFlags(f Flag) {
	h.flags.Store(uint32(f))
	h.tell()
}

// TurnOn and TurnOff change some switches and leave the others.
func (h *Hub) TurnOn(f Flag) {
	h.flags.Or(uint32(f))
	h.tell()
}

func (h *Hub) TurnOff(f Flag) {
	h.flags.And(^uint32(f))
	h.tell()
}

// OnFlags has f called after each change of the switches, for a source of events that
// must be told to produce them.
func (h *Hub) OnFlags(f func()) { h.switched.Store(&f) }

func (h *Hub) tell() {
	if f := h.switched.Load(); f != nil {
		(*f)()
	}
}

// SetManner chooses the IOS release whose wording is kept.
func (h *Hub) SetManner(m Manner) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.manner = m
}

// SetFormat sets the stamps of debug lines and of syslog messages.
func (h *Hub) SetFormat(debugStamp, logStamp Stamp) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.debugStamp, h.logStamp = debugStamp, logStamp
}

// SetLevel sets the highest severity number that terminals of a kind show, or Off.
func (h *Hub) SetLevel(k Kind, level int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.level[k] = level
}

// SetBuffer sets the octets that the log buffer holds and the highest severity
// number that it takes, or Off. What no longer fits is forgotten, oldest first.
func (h *Hub) SetBuffer(size, level int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.buf.size, h.buf.level = size, level
	h.buf.trim()
}

// Buffer returns the lines of the log buffer, oldest first.
func (h *Hub) Buffer() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.buf.lines...)
}

// ClearBuffer empties the log buffer.
func (h *Hub) ClearBuffer() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.buf.lines, h.buf.octets = nil, 0
}

// Counters returns the figures of `show logging`.
func (h *Hub) Counters() Counters {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.counters
	c.Dropped = h.droppedByClosed
	for s := range h.subs {
		c.Dropped += s.dropped.Load()
	}
	return c
}

// Emit prints an event, unless its switch is off. It never blocks: a terminal
// whose queue is full loses the line and counts it.
func (h *Hub) Emit(e Event) {
	flag := e.Flag()
	if flag != FlagNone && !h.On(flag) {
		return
	}
	severity := debugging
	if s, ok := e.(Severity); ok {
		severity = int(s.Severity())
	}

	h.mu.Lock()
	defer h.mu.Unlock()
	over := h.limit.over(severity, flag != FlagNone, h.clock.Uptime())
	if over {
		h.counters.Limited++
		if !h.limit.Console {
			return
		}
	}
	stamp := h.logStamp
	if flag != FlagNone {
		stamp = h.debugStamp
	}
	h.sequence++
	h.scratch = h.scratch[:0]
	if h.numbered {
		h.scratch = fmt.Appendf(h.scratch, "%06d: ", h.sequence)
	}
	number := len(h.scratch)
	h.scratch = stamp.append(h.scratch, h.clock)
	begin := len(h.scratch)
	h.scratch = e.AppendLine(h.scratch, h.manner)
	h.count(h.scratch[number:], begin-number)
	text := string(h.scratch)

	if severity <= h.buf.level {
		h.counters.Buffer++
		h.buf.add(text)
	}
	if severity <= h.level[ConsoleLine] && !over {
		h.counters.Console++ // the console is always there, attached or not
	}
	if severity <= h.level[TrapLine] {
		for range messageLines(text) {
			h.counters.Trap++
		}
	}
	monitored := false
	var notes [Chinese + 1]string
	for s := range h.subs {
		if severity > h.level[s.kind] || over && s.kind == ConsoleLine {
			continue
		}
		monitored = monitored || s.kind == MonitorLine
		l := Language(s.explain.Load())
		if l != ExplainOff && notes[l] == "" {
			notes[l] = e.Explain(l)
		}
		s.offer(Line{Text: text, Note: notes[l], Severity: uint8(severity)})
	}
	if monitored {
		h.counters.Monitor++
	}
}

// Subscription is a terminal's place in the hub. Its methods are safe for
// concurrent use.
type Subscription struct {
	C <-chan Line // closed by Close

	c       chan Line
	hub     *Hub
	kind    Kind
	explain atomic.Uint32
	dropped atomic.Uint64
}

// Subscribe connects a terminal whose queue holds that many lines.
func (h *Hub) Subscribe(k Kind, queue int, explain Language) *Subscription {
	c := make(chan Line, queue)
	s := &Subscription{C: c, c: c, hub: h, kind: k}
	s.SetExplain(explain)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.subs[s] = struct{}{}
	return s
}

// SetExplain sets the language of the teacher's notes for lines still to come.
func (s *Subscription) SetExplain(l Language) { s.explain.Store(uint32(l)) }

// Dropped returns how many lines this terminal did not take in time.
func (s *Subscription) Dropped() uint64 { return s.dropped.Load() }

// offer is called with the hub's mutex held.
func (s *Subscription) offer(l Line) {
	select {
	case s.c <- l:
	default:
		s.dropped.Add(1)
	}
}

// Close disconnects the terminal and closes C. It may be called again.
func (s *Subscription) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if _, ok := s.hub.subs[s]; !ok {
		return
	}
	delete(s.hub.subs, s)
	s.hub.droppedByClosed += s.dropped.Load()
	close(s.c)
}

// buffer is the log buffer of `logging buffered`.
type buffer struct {
	size, level int
	lines       []string
	octets      int
}

func (b *buffer) add(line string) {
	b.lines = append(b.lines, line)
	b.octets += len(line) + 1
	b.trim()
}

func (b *buffer) trim() {
	for b.octets > b.size && len(b.lines) > 0 {
		b.octets -= len(b.lines[0]) + 1
		b.lines[0] = ""
		b.lines = b.lines[1:]
	}
}
