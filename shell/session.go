package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
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

// Run carries on one dialogue, until `exit`, the end of input or the line's timeout. It
// returns nil for these, otherwise the context's error.
func (s *Session) Run(ctx context.Context) error {
	defer s.start()()
	_, err := s.visit(ctx)
	return err
}

// RunConsole is Run for a line that stays: it waits for Enter before
// each dialogue, until the end of input.
func (s *Session) RunConsole(ctx context.Context) error {
	defer s.start()()
	s.print("\n\n\nPress RETURN to get started!\n")
	for {
		s.patience = nil
		for k := keyNone; k != enter; {
			var err error
			if k, err = s.keyboard.next(ctx); err != nil {
				return endOfInput(err)
			}
		}
		s.reset()
		if again, err := s.visit(ctx); err != nil || !again {
			return err
		}
		s.print("\n\n" + s.backend.Config().Hostname + " con0 is now available\n\n\n\n\n\nPress RETURN to get started.\n\n\n")
	}
}

// visit is one user's time on the line; again tells that it is free for another.
func (s *Session) visit(ctx context.Context) (again bool, err error) {
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	s.leave.Store(&leave)
	l, banners := s.line(), s.backend.Config().Banners
	if !l.NoMOTDBanner {
		s.banner(banners.MOTD)
	}
	greeted := false
	if s.asks {
		greeted = s.backend.Access().Asks(s.attempt()) != aaa.Asks{}
		if greeted {
			s.banner(banners.Login)
		}
		if in, err := s.login(ctx); err != nil || !in {
			return err == nil, err
		}
	}
	if !l.NoExecBanner {
		s.banner(banners.Exec)
	}
	if !greeted {
		s.print("\n")
	}
	s.patience = func() time.Duration { return time.Duration(s.line().ExecTimeout) * time.Second }
	err = s.dialogue(ctx)
	if s.ended = s.ended || over(err); s.ended {
		s.leaveConfig()
		err = nil
	}
	return s.ended, err
}

// banner shows a text of the configuration.
func (s *Session) banner(text string) {
	if text != "" {
		s.print("\n" + strings.TrimPrefix(s.backend.Config().Show(text, s.number, s.line()), "\n"))
	}
}

// start starts the other goroutines; the returned function stops them.
func (s *Session) start() (stop func()) {
	s.keyboard = newKeyboard(s.terminal)
	s.keyboard.patience = func() time.Duration {
		if s.patience == nil {
			return 0
		}
		return s.patience()
	}
	s.keyboard.typed = &s.typed
	width, length := -1, -1 // those of the terminal
	if l := s.line(); l.Width != config.DefaultWidth {
		width = l.Width
	}
	if l := s.line(); l.Length != config.DefaultLength {
		length = l.Length
	}
	s.screen.resize(width, length)
	if s.console {
		s.subscribe(debug.ConsoleLine)
	}
	return func() {
		s.unsubscribe()
		s.keyboard.close()
	}
}

// dialogue reads and interprets lines until the user leaves.
func (s *Session) dialogue(ctx context.Context) error {
	for !s.ended {
		l, end, err := s.readCommand(ctx)
		if err != nil {
			return endOfInput(err)
		}
		t := typed{string(l.text), string(l.text), l.column}
		switch end {
		case enter:
			s.interpret(ctx, t)
		case ctrlZ:
			if s.at != nil {
				s.interpret(ctx, t)
			}
			s.leaveConfig()
		case ctrlC:
			s.leaveConfig()
		}
	}
	return nil
}

// readCommand reads the next line of the dialogue. A line of a text that is being typed
// has no prompt, no help and no place in the history.
func (s *Session) readCommand(ctx context.Context) (*editLine, key, error) {
	if s.collecting() {
		return s.readLine(ctx, &editLine{}, nil)
	}
	return s.readLine(ctx, &editLine{prompt: s.prompt()}, s.history())
}

// collecting reports whether the lines typed are those of a text, such as a banner.
func (s *Session) collecting() bool { return s.at != nil && s.at.Collecting() != "" }

func endOfInput(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// interpret carries out one line.
func (s *Session) interpret(ctx context.Context, t typed) {
	s.refused = false
	if strings.TrimSpace(t.line) != "" && !s.collecting() {
		s.history().add(t.line)
	}
	was := s.level
	if s.at != nil {
		s.configure(ctx, t)
	} else {
		s.run(ctx, t, false)
	}
	if s.level > was && s.backend.Config().Syslog.UserInfo {
		s.backend.Hub().Emit(debug.SysPrivilege{Level: s.level, By: s.origin})
	}
}

func (s *Session) history() *history {
	if s.at != nil {
		return &s.configHistory
	}
	return &s.execHistory
}

// promptName is how much of the host name a configuration prompt shows.
const promptName = 20

func (s *Session) prompt() string {
	var name string
	s.backend.View(func(c *config.Config) { name = c.Hostname })
	switch {
	case s.at != nil:
		return name[:min(len(name), promptName)] + "(" + s.at.Prompt() + ")#"
	case s.level > 1:
		return name + "#"
	}
	return name + ">"
}

// configure carries out one line of configuration: one transaction. The blocks
// that are open are opened again in the clone, because another session may have
// changed what was there.
func (s *Session) configure(ctx context.Context, t typed) {
	var step grammar.Step[*config.Config]
	again := s.collecting()
	err := s.change(s.position(), t.line, &step)
	if err != nil && !errors.Is(err, config.ErrUnchanged) {
		s.refuse(t, err)
		here := s.at.Refused(t.line)
		s.at = &here
		return
	}
	if s.at = &step.Next; s.collecting() && !again && s.interactive {
		s.print(fmt.Sprintf("Enter TEXT message.  End with the character '%s'.\n", s.at.Collecting()))
	}
	if step.Changed {
		s.backend.Configured(s.origin, s.configSession, strings.Repeat(" ", step.Depth)+strings.TrimSpace(step.Logged))
	}
	for _, note := range step.Notes {
		s.print(note + "\n")
	}
	if step.End {
		s.leaveConfig()
	}
	if step.Do != "" {
		s.run(ctx, t.behind(step.DoAt), true)
	}
}

// leaveConfig returns to EXEC and logs it, as IOS does whatever was changed.
func (s *Session) leaveConfig() {
	s.settle()
	if s.at != nil {
		s.at = nil
		s.backend.Hub().Emit(debug.SysConfig{By: s.origin})
	}
}
