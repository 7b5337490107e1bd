package commands

import (
	"fmt"

	"conft/internal/config"
	"conft/shell/grammar"
)

var (
	inputWords, inputHelp         = transports("all")
	outputWords, outputHelp       = transports("all")
	preferredWords, preferredHelp = transports()
)

// lineMode is the lines of a `line` block, in the order in which IOS lists them.
var lineMode = grammar.NewMode[*lineSet]("config-line", "Line configuration commands:",
	grammar.Exit[*lineSet]{Help: "Exit from line configuration mode"},
	lineSetting("location ![LINE]", grammar.Help{"location": "Enter terminal location description", "LINE": "One line describing the terminal's location"},
		func(l *config.Line, a grammar.Args) { l.Location = a.String("LINE") },
		func(l *config.Line, _ config.Line) { l.Location = "" },
		func(w *grammar.Writer, l, _ config.Line) {
			if l.Location != "" {
				w.Line("location", l.Location)
			}
		}),
	lineNumber("session-timeout", "<0-35791>", grammar.Help{"session-timeout": "Set interval for closing connection when there is no input traffic",
		"<0-35791>": "Session timeout in minutes"}, func(l *config.Line) *int { return &l.SessionTimeout }),
	lineWord("access-class", "WORD", "in", grammar.Help{"access-class": "Filter connections based on an IP access list",
		"WORD": "Access-list name or number", "in": "Filter incoming connections"}, func(l *config.Line) *string { return &l.AccessClass }),
	execTimeoutLine,
	lineNumber("privilege level", "<0-15>", grammar.Help{"privilege": "Change privilege level for line", "level": "Assign default privilege level for line",
		"<0-15>": "Default privilege level for line"}, func(l *config.Line) *int { return &l.Privilege }),
	linePasswordLine,
	lineWord("authorization exec", "WORD", "", grammar.Help{"authorization": "Authorization parameters", "exec": "For starting an exec (shell)",
		"WORD": "Use an authorization list with this name"}, func(l *config.Line) *string { return &l.ExecList }),
	synchronousLine,
	lineLoginLine,
	lineAuthenticationLine,
	lineNumber("length", "<0-512>", grammar.Help{"length": "Set number of lines on a screen", "<0-512>": "Number of lines on screen (0 for no pausing)"},
		func(l *config.Line) *int { return &l.Length }),
	lineNumber("width", "<0-512>", grammar.Help{"width": "Set width of the display terminal", "<0-512>": "Number of characters on a screen line"},
		func(l *config.Line) *int { return &l.Width }),
	lineHistory(),
	lineSwitch("exec", grammar.Help{"exec": "Configure EXEC"}, false, func(l *config.Line) *bool { return &l.NoExec }),
	lineSwitch("exec-banner", grammar.Help{"exec-banner": "Enable the display of the EXEC banner"},
		false, func(l *config.Line) *bool { return &l.NoExecBanner }),
	lineSwitch("motd-banner", grammar.Help{"motd-banner": "Enable the display of the MOTD banner"},
		false, func(l *config.Line) *bool { return &l.NoMOTDBanner }),
	lineWord("transport preferred", preferredWords, "", withHelp(preferredHelp, grammar.Help{"preferred": "Specify the preferred protocol to use"}),
		func(l *config.Line) *string { return &l.Preferred }),
	lineWord("transport input", inputWords, "", withHelp(inputHelp, grammar.Help{"input": "Define which protocols to use when connecting to the terminal server"}),
		func(l *config.Line) *string { return &l.Input }),
	lineWord("transport output", outputWords, "", withHelp(outputHelp, grammar.Help{"output": "Define which protocols to use for outgoing connections"}),
		func(l *config.Line) *string { return &l.Output }),
	lineNumber("stopbits", "<1-2>", grammar.Help{"stopbits": "Set async line stop bits", "<1-2>": "Stop bits"},
		func(l *config.Line) *int { return &l.StopBits }),
	lineNumber("speed", "<300-4294967295>", grammar.Help{"speed": "Set the transmit and receive speeds", "<300-4294967295>": "Transmit and receive speeds"},
		func(l *config.Line) *int { return &l.Speed }),
	known[*lineSet](knownLine),
)

var execTimeoutLine = lineLine{
	Syntax: "exec-timeout ![<0-35791>$minutes [<0-2147483>$seconds]]",
	Help:   grammar.Help{"exec-timeout": "Set the EXEC timeout", "$minutes": "Timeout in minutes", "$seconds": "Timeout in seconds"},
	Set: func(s *lineSet, a grammar.Args) error {
		for _, l := range s.lines {
			l.ExecTimeout = a.Int("minutes")*60 + a.Int("seconds")
		}
		return nil
	},
	No:      usually(func(l *config.Line, _ config.Line) { l.ExecTimeout = 0 }),
	Default: usually(func(l *config.Line, usual config.Line) { l.ExecTimeout = usual.ExecTimeout }),
	Write: func(s *lineSet, w *grammar.Writer) {
		if t := s.lines[0].ExecTimeout; t != s.usual().ExecTimeout {
			minutes := min(t/60, 35791) // seconds may be more than a minute has
			w.Line(fmt.Sprintf("exec-timeout %d %d", minutes, t-minutes*60))
		}
	},
}

var synchronousLine = lineSetting("logging synchronous [level {<0-7>$severity | all}] [limit <0-2147483647>]",
	grammar.Help{"logging": "Modify message logging facilities", "synchronous": "Synchronized message output",
		"level": "Severity level to output asynchronously", "$severity": "Severity level", "all": "All severities",
		"limit": "Messages queue limit", "<0-2147483647>": "Messages queue limit"},
	func(l *config.Line, a grammar.Args) {
		l.Synchronous = config.NewSynchronous()
		switch {
		case a.Has("all"):
			l.Synchronous.Level = config.AllSeverities
		case a.Has("severity"):
			l.Synchronous.Level = a.Int("severity")
		}
		if a.Has("limit") {
			l.Synchronous.Limit = a.Int("<0-2147483647>")
		}
	},
	func(l *config.Line, _ config.Line) { l.Synchronous = config.Synchronous{} },
	func(w *grammar.Writer, l, _ config.Line) {
		s, usual := l.Synchronous, config.NewSynchronous()
		if !s.On {
			return
		}
		level, limit := "", ""
		switch {
		case s.Level == config.AllSeverities:
			level = "level all"
		case s.Level != usual.Level:
			level = fmt.Sprintf("level %d", s.Level)
		}
		if s.Limit != usual.Limit {
			limit = fmt.Sprintf("limit %d", s.Limit)
		}
		w.Line("logging synchronous", level, limit)
	})

var linePasswordLine = lineLine{
	Syntax: "password !" + bracket(passwordSyntax),
	Help:   withHelp(passwordHelp, grammar.Help{"password": "Set a password"}),
	Set: func(s *lineSet, a grammar.Args) error {
		p, err := readPassword(s.c, a)
		for _, l := range s.lines {
			l.Password = p
		}
		return err
	},
	No: func(s *lineSet, _ grammar.Args) error {
		for _, l := range s.lines {
			l.Password = config.Password{}
		}
		return nil
	},
	Write: func(s *lineSet, w *grammar.Writer) {
		if p := s.lines[0].Password; p.Text != "" {
			w.Line("password", passwordText(p, false))
		}
	},
}

const newModelDecides = "login changes nothing while aaa new-model is on: the list of login authentication decides"

var lineLoginLine = lineLine{
	Syntax: "login [local]",
	Help:   grammar.Help{"login": "Enable password checking", "local": "Local password checking"},
	Set: func(s *lineSet, a grammar.Args) error {
		how := config.LoginPassword
		if a.Has("local") {
			how = config.LoginLocal
		}
		return setLogin(s, a, how)
	},
	No: func(s *lineSet, a grammar.Args) error { return setLogin(s, a, config.LoginNone) },
	Default: func(s *lineSet, a grammar.Args) error {
		return setLogin(s, a, s.usual().Login)
	},
	Write: func(s *lineSet, w *grammar.Writer) {
		switch l := s.lines[0]; {
		case s.c.AAA.NewModel:
		case l.Login == config.LoginLocal:
			w.Line("login local")
		case l.Login == config.LoginPassword:
			w.Line("login")
		case s.kind == "vty":
			w.Line("no login")
		}
	},
}

func setLogin(s *lineSet, a grammar.Args, how config.LineLogin) error {
	if s.c.AAA.NewModel {
		a.Note(newModelDecides)
		return nil
	}
	for i, l := range s.lines {
		l.Login = how
		if how == config.LoginPassword && l.Password.Text == "" {
			a.Note(fmt.Sprintf("%% Login disabled on line %d, until 'password' is set", s.number(i)))
		}
	}
	return nil
}

// number is how `show line` counts the i-th line of the set.
func (s *lineSet) number(i int) int {
	switch s.kind {
	case "vty":
		return config.FirstVTY + s.first + i
	case "aux":
		return config.AuxNumber
	}
	return 0
}

var lineAuthenticationLine = lineSetting("login authentication ![WORD]",
	grammar.Help{"authentication": "Authentication parameters", "WORD": "Use an authentication list with this name"},
	func(l *config.Line, a grammar.Args) {
		if l.LoginList = a.String("WORD"); l.LoginList == config.DefaultList {
			l.LoginList = ""
		}
	},
	func(l *config.Line, _ config.Line) { l.LoginList = "" },
	func(w *grammar.Writer, l, _ config.Line) {
		if l.LoginList != "" {
			w.Line("login authentication", l.LoginList)
		}
	})
