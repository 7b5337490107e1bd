package shell

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"conft/debug"
	"conft/internal/aaa"
	"conft/internal/config"
	"conft/shell/grammar"
)

// Commands are the EXEC commands of the session itself.
func Commands() []grammar.Exec[*Session] {
	return append(terminalCommands(), showTerminal,
		grammar.Exec[*Session]{
			Syntax: "enable [<0-15>$level]",
			Priv:   grammar.Anybody,
			Help:   grammar.Help{"enable": "Turn on privileged commands", "$level": "Enable level"},
			Run: func(ctx context.Context, s *Session, a grammar.Args) error {
				level := maxLevel
				if a.Has("level") {
					level = a.Int("level")
				}
				return s.enable(ctx, level)
			},
		},
		grammar.Exec[*Session]{
			Syntax: "disable [<0-15>$level]",
			Priv:   grammar.Anybody,
			Help:   grammar.Help{"disable": "Turn off privileged commands", "$level": "Privilege level to go to"},
			Run: func(_ context.Context, s *Session, a grammar.Args) error {
				s.leaveConfig()
				level := 1
				if a.Has("level") {
					level = a.Int("level")
				}
				s.level = min(s.level, level)
				return nil
			},
		},
		grammar.Exec[*Session]{
			Syntax: "{exit | logout}",
			Help:   grammar.Help{"exit": "Exit from the EXEC", "logout": "Exit from the EXEC"},
			Priv:   grammar.Anybody,
			Run:    leave,
		},
		grammar.Exec[*Session]{
			Syntax: "quit",
			Help:   grammar.Help{"quit": "Exit from the EXEC"},
			Run:    leave,
		},
		grammar.Exec[*Session]{
			Syntax: "configure [terminal]",
			Help:   grammar.Help{"configure": "Enter configuration mode", "terminal": "Configure from the terminal"},
			Priv:   maxLevel,
			Run: func(ctx context.Context, s *Session, a grammar.Args) error {
				if !a.Has("terminal") {
					source, err := s.Ask(ctx, "Configuring from terminal, memory, or network [terminal]? ")
					if err != nil {
						return err
					}
					source = strings.ToLower(source)
					if call, err := s.commands().Match("configure memory", s.level); err == nil && source != "" && strings.HasPrefix("memory", source) {
						return call.Run(ctx, s)
					}
					if !strings.HasPrefix("terminal", source) {
						return errors.New("?Must be \"terminal\" or \"memory\"")
					}
				}
				return s.Configure(ctx)
			},
		},
		grammar.Exec[*Session]{
			Syntax: "show history",
			Help:   grammar.Help{"show": "Show running system information", "history": "Display the session command history"},
			Run: func(_ context.Context, s *Session, _ grammar.Args) error {
				for _, line := range s.history().lines {
					fmt.Fprintf(s, "  %s\n", line)
				}
				return nil
			},
		},
		grammar.Exec[*Session]{
			Syntax: "show privilege",
			Help:   grammar.Help{"privilege": "Show current privilege level"},
			Run: func(_ context.Context, s *Session, _ grammar.Args) error {
				fmt.Fprintf(s, "Current privilege level is %d\n", s.level)
				return nil
			},
		},
		grammar.Exec[*Session]{
			Syntax: "help",
			Help:   grammar.Help{"help": "Description of the interactive help system"},
			Priv:   grammar.Anybody,
			Run: func(_ context.Context, s *Session, _ grammar.Args) error {
				_, err := s.Write([]byte(helpText))
				return err
			},
		})
}

// leave ends the session.
func leave(_ context.Context, s *Session, _ grammar.Args) error {
	s.leaveConfig()
	s.ended = true
	return nil
}

const helpText = `Help may be requested at any point in a command by entering
a question mark '?'.  If nothing matches, the help list will
be empty and you must backup until entering a '?' shows the
available options.
Two styles of help are provided:
1. Full help is available when you are ready to enter a
   command argument (e.g. 'show ?') and describes each possible
   argument.
2. Partial help is provided when an abbreviated argument is entered
   and you want to know what arguments match the input
   (e.g. 'show pr?'.)

`

// enable asks for the password, three times at most. No password is needed to go
// down.
func (s *Session) enable(ctx context.Context, level int) error {
	c := s.backend.Config()
	methods := c.EnableMethods()
	none := c.EnableAt(level) == config.Enable{Level: level}
	switch {
	case level <= s.level || methods[0] == config.MethodNone:
		s.level = level
		return nil
	case none && methods[0] == config.MethodEnable && len(methods) == 1:
		if !s.local {
			return errors.New("% No password set")
		}
		s.level = level
		return nil
	}
	for range tries {
		password, err := s.answer(ctx, &editLine{prompt: "Password: ", hidden: true})
		if err != nil {
			return err
		}
		switch err := s.backend.Access().Enable(ctx, s.attempt(), level, password); {
		case err == nil:
			s.level = level
			return nil
		case errors.Is(err, aaa.ErrUnable):
			return errors.New("% Error in authentication.\n")
		}
	}
	// A blank line follows, which the last line end is not.
	switch {
	case c.AAA.NewModel:
		return errors.New("% Access denied\n")
	case c.EnableAt(level).Secret == "":
		return errors.New("% Bad passwords\n")
	}
	return errors.New("% Bad secrets\n")
}

// Configure enters configuration mode; behind `do` the session is there already.
func (s *Session) Configure(context.Context) error {
	if s.at != nil {
		return nil
	}
	if s.interactive {
		fmt.Fprintln(s, "Enter configuration commands, one per line.  End with CNTL/Z.")
	}
	at := s.config.Start()
	s.at, s.configSession = &at, s.backend.ConfigSession()
	return nil
}

// terminalCommands are the settings of this terminal for this session.
func terminalCommands() []grammar.Exec[*Session] {
	setting := func(syntax string, help grammar.Help, run func(*Session, grammar.Args) error) grammar.Exec[*Session] {
		return grammar.Exec[*Session]{Syntax: "terminal " + syntax, Help: help,
			Run: func(_ context.Context, s *Session, a grammar.Args) error { return run(s, a) }}
	}
	return []grammar.Exec[*Session]{
		setting("length <0-512>", grammar.Help{"terminal": "Set terminal line parameters", "length": "Set number of lines on a screen",
			"<0-512>": "Number of lines on screen (0 for no pausing)"},
			func(s *Session, a grammar.Args) error { s.screen.resize(-1, a.Int("<0-512>")); return nil }),
		setting("width <0-512>", grammar.Help{"width": "Set width of the display terminal",
			"<0-512>": "Number of characters on a screen line"},
			func(s *Session, a grammar.Args) error { s.screen.resize(a.Int("<0-512>"), -1); return nil }),
		setting("history [size <0-256>]", grammar.Help{"history": "Enable and control the command history function",
			"size": "Set history buffer size", "<0-256>": "Size of history buffer"},
			func(s *Session, a grammar.Args) error {
				if a.Has("size") {
					s.historySize(a.Int("<0-256>"))
				} else if s.execHistory.size == 0 {
					s.historySize(config.DefaultHistory)
				}
				return nil
			}),
		setting("no history [size [<0-256>]]", grammar.Help{"no": "Negate a command or set its defaults", "history": "Enable and control the command history function",
			"size": "Set history buffer size", "<0-256>": "Size of history buffer"},
			func(s *Session, a grammar.Args) error {
				if a.Has("size") {
					s.historySize(config.DefaultHistory)
				} else {
					s.historySize(0)
				}
				return nil
			}),
		setting("no {length | width} [<0-512>]", grammar.Help{"length": "Set number of lines on a screen",
			"width": "Set width of the display terminal", "<0-512>": "Number, which does not matter"},
			func(s *Session, a grammar.Args) error {
				if a.Has("length") {
					s.screen.resize(-1, config.DefaultLength)
				} else {
					s.screen.resize(config.DefaultWidth, -1)
				}
				return nil
			}),
		setting("[no] editing", grammar.Help{"editing": "Enable command line editing"},
			func(s *Session, a grammar.Args) error { s.plain = a.Has("no"); return nil }),
		setting("[no] monitor", grammar.Help{"no": "Negate a command or set its defaults",
			"monitor": "Copy debug output to the current terminal line"},
			func(s *Session, a grammar.Args) error { return s.monitor(!a.Has("no")) }),
		setting("debug-explain {english | chinese | off}$language", grammar.Help{
			"debug-explain": "Explain each debug line below it",
			"english":       "Explain in English", "chinese": "Explain in Chinese", "off": "Do not explain"},
			func(s *Session, a grammar.Args) error {
				s.setExplain(map[string]debug.Language{"english": debug.English, "chinese": debug.Chinese}[a.String("language")])
				return nil
			}),
	}
}

// historySize sets how many lines of each kind of mode are kept.
func (s *Session) historySize(n int) {
	s.execHistory.resize(n)
	s.configHistory.resize(n)
}

// monitor switches log lines on this terminal on or off.
func (s *Session) monitor(on bool) error {
	switch {
	case s.console:
		if on {
			return errors.New("% Console already monitors")
		}
	case !on:
		s.unsubscribe()
	case s.logs == nil && s.interactive:
		s.subscribe(debug.MonitorLine)
	}
	return nil
}

func (s *Session) setExplain(l debug.Language) {
	s.explain = l
	if s.logs != nil {
		s.logs.sub.SetExplain(l)
	}
}
