package shell

import (
	"context"
	"io"
	"net/netip"
	"sync/atomic"
	"time"

	"conft/debug"
	"conft/internal/aaa"
	"conft/internal/config"
	"conft/shell/grammar"
)

// Backend is the router as the shell knows it. It is safe for concurrent use.
type Backend interface {
	// Config returns the published configuration, which nobody changes.
	Config() *config.Config
	// View has f look at the configuration as it is now. Behind a line that is staged that
	// costs less than Config; f keeps nothing of it.
	View(f func(*config.Config))
	// Change runs f on a private clone of the configuration and commits it, as
	// one transaction among those of all sessions. An error of f is returned as it
	// is and changes nothing.
	Change(f func(*config.Config) error) error
	// Stage is Change for a line that others follow at once: all see the result, and what
	// follows from it may wait until Settle, or for a second. again makes the same change
	// once more, refused is called if the change has to be taken back after all; both from
	// any goroutine, and they must not block.
	Stage(f, again func(*config.Config) error, refused func(error)) error
	// Settle has everything that was staged take effect.
	Settle()
	// Access decides who may come in, and who may have which privilege level.
	Access() *aaa.Access
	// ConfigSession numbers a session of configuration that begins.
	ConfigSession() int
	// Configured is told of each configuration line of a session that was accepted; it
	// begins with as many blanks as blocks are around it.
	Configured(by debug.Origin, session int, line string)
	// SaveOutput writes what a command printed to a file, or adds it to the end of one.
	// The error's text says why not.
	SaveOutput(file string, text []byte, add bool) error
	// Lookup returns the addresses of a host; asking names each name server before it is
	// asked.
	Lookup(ctx context.Context, name string, asking func(server netip.Addr)) ([]netip.Addr, error)
	// Hub is the source of log lines.
	Hub() *debug.Hub
}

// Options are what a session is made of.
type Options struct {
	Terminal io.ReadWriter // in raw mode, without echo of its own
	Width    int           // of the terminal; 0 without limit
	Length   int           // lines of a page; 0 without paging
	Backend  Backend
	Exec     *grammar.ExecTable[*Session]
	Known    []grammar.KnownExec // commands that Exec has not and that have an answer all the same
	Config   *grammar.Mode[*config.Config]
	Origin   debug.Origin // names the line: console, vty0
	Console  bool         // shows log lines without `terminal monitor`
	Local    bool         // may enable where no password is configured
	Level    int          // privilege level at the beginning

	// Settings picks the settings of the session's line; nil where it has none.
	Settings func(*config.Config) *config.Line
	Number   int                // of the line, as `show line` counts
	Login    bool               // asks who it is, as the line says
	Entered  func(debug.Origin) // is told who came in then; may be nil
}

// free are the settings of a session without a line.
var free = config.Line{Privilege: 1, Length: config.DefaultLength, Width: config.DefaultWidth, History: config.DefaultHistory}

// Session is one terminal's dialogue with the router. Only Resize, Idle, Say
// and Clear are safe to call from other goroutines while it runs.
type Session struct {
	backend Backend
	exec    *grammar.ExecTable[*Session]
	known   []grammar.KnownExec
	config  *grammar.Mode[*config.Config]
	origin  debug.Origin
	console bool
	local   bool
	first   int // privilege level at the beginning

	settings func(*config.Config) *config.Line
	number   int
	asks     bool // who it is
	entered  func(debug.Origin)
	patience func() time.Duration // for the next key, nil for ever
	opened   time.Time
	leave    atomic.Pointer[context.CancelCauseFunc] // ends the visit

	levels      []config.Privilege // those that table has
	table       *grammar.ExecTable[*Session]
	rights      *grammar.Rights // in the configuration, at a level below the highest
	rightsAt    int             // that level
	interactive bool
	terminal    io.Reader
	screen      *screen
	keyboard    *keyboard    // nil when not interactive
	typed       atomic.Int64 // when a key was typed last, in nanoseconds
	script      *script      // nil when interactive

	level int
	at    *grammar.Position[*config.Config] // nil in EXEC

	configSession int  // its number
	ended         bool // `exit` in EXEC
	late          late // lines that were staged
	refused       bool // the last line was refused

	editor        editor
	plain         bool // terminal no editing
	execHistory   history
	configHistory history

	explain debug.Language
	logs    *logs
	out     io.Writer // of the running command

	announce func(io.Writer) // prints what comes before a show command's output, nil for nothing
}

func newSession(o Options, eol string) *Session {
	s := &Session{
		backend: o.Backend, exec: o.Exec, known: o.Known, config: o.Config,
		origin: o.Origin, console: o.Console, local: o.Local, first: o.Level,
		settings: o.Settings, number: o.Number, asks: o.Login, entered: o.Entered, opened: time.Now(),
		terminal: o.Terminal,
		screen:   &screen{w: o.Terminal, eol: eol, width: o.Width, length: o.Length},
	}
	if s.settings == nil {
		s.settings = func(*config.Config) *config.Line { return &free }
	}
	s.typed.Store(s.opened.UnixNano())
	s.reset()
	return s
}

// New returns a session on a terminal. Run or RunConsole starts it.
func New(o Options) *Session {
	s := newSession(o, "\r\n")
	s.interactive = true
	return s
}

// reset forgets what the user of an earlier login did.
func (s *Session) reset() {
	s.level, s.at, s.ended = s.first, nil, false
	size := s.line().History
	s.execHistory, s.configHistory = history{size: size}, history{size: size}
	s.editor, s.plain, s.explain, s.announce = editor{}, false, debug.ExplainOff, nil
}

// Resize tells the session the width of its terminal and the lines of a page.
// Negative leaves a value as it is, and so does a line that is configured for another.
func (s *Session) Resize(width, length int) {
	l := s.line()
	if l.Width != config.DefaultWidth {
		width = -1
	}
	if l.Length != config.DefaultLength {
		length = -1
	}
	s.screen.resize(width, length)
}

// Clear has the user leave, whatever he is doing. It is safe for concurrent use.
func (s *Session) Clear() {
	if leave := s.leave.Load(); leave != nil {
		(*leave)(errCleared)
	}
}

// Say shows lines that do not come from the log. It is safe for concurrent use.
func (s *Session) Say(text string) { s.screen.log([]logText{{text: text}}, 0) }

// Idle is for how long nothing was typed. It is safe for concurrent use.
func (s *Session) Idle() time.Duration { return time.Since(time.Unix(0, s.typed.Load())) }
