package config

import "slices"

// Lines are the places where users sit. An attached console has the settings of the
// console, an SSH session those of its vty.
type Lines struct {
	Console Line
	Aux     Line
	VTY     []Line // by number, DefaultVTYs or more
}

// The numbers of lines, as `show line` counts them: the console is 0.
const (
	DefaultVTYs = 5
	MaxVTYs     = 16
	AuxNumber   = 1
	FirstVTY    = 2
)

// LineLogin is what a line asks for without `aaa new-model`.
type LineLogin uint8

const (
	LoginNone     LineLogin = iota // no login
	LoginPassword                  // login: the password of the line
	LoginLocal                     // login local: a user name and its password
)

// Line is the settings of one line.
type Line struct {
	Location       string // as typed, "" for none
	ExecTimeout    int    // seconds without input until the session ends, 0 for never
	SessionTimeout int    // minutes, as typed: no session leads on to another host
	Privilege      int    // level of a session at its beginning
	Password       Password
	Login          LineLogin
	LoginList      string // login authentication, "" for the default list
	ExecList       string // authorization exec, "" for the default list
	AccessClass    string // access list of the addresses that may connect, "" for all
	Synchronous    Synchronous
	Length         int    // lines of a page, 0 without paging
	Width          int    // columns, 0 without limit
	History        int    // commands remembered, 0 for none
	Input          string // transport input: "", "none", "all" or names of protocols
	Output         string // transport output, as typed
	Preferred      string // transport preferred, as typed
	NoExec         bool
	NoExecBanner   bool
	NoMOTDBanner   bool
	StopBits       int // as typed, 0 for the default
	Speed          int // as typed, 0 for the default
}

// Synchronous is `logging synchronous`: log lines wait until the running command has ended.
type Synchronous struct {
	On    bool
	Level int // severities up to this one do not wait
	Limit int // lines that may wait; the rest is lost
}

// NewSynchronous returns what `logging synchronous` alone says.
func NewSynchronous() Synchronous { return Synchronous{On: true, Level: 2, Limit: 20} }

// AllSeverities is the Level at which no log line waits.
const AllSeverities = 7

// Defaults of a Line.
const (
	DefaultExecTimeout = 600
	DefaultLength      = 24
	DefaultWidth       = 80
	DefaultHistory     = 10
	DefaultSpeed       = 9600
	DefaultStopBits    = 2
)

// NewLine returns the defaults of the console and of aux.
func NewLine() Line {
	return Line{ExecTimeout: DefaultExecTimeout, Privilege: 1, Length: DefaultLength, Width: DefaultWidth, History: DefaultHistory}
}

// NewVTY returns the defaults of a vty, which asks for a password that is not set.
func NewVTY() Line {
	l := NewLine()
	l.Login = LoginPassword
	return l
}

func newLines() Lines {
	l := Lines{Console: NewLine(), Aux: NewLine()}
	l.Grow(DefaultVTYs)
	return l
}

// Grow makes vtys up to a number of them.
func (l *Lines) Grow(n int) {
	for len(l.VTY) < n {
		l.VTY = append(l.VTY, NewVTY())
	}
}

// Each calls f with every line.
func (l *Lines) Each(f func(*Line)) {
	f(&l.Console)
	f(&l.Aux)
	for i := range l.VTY {
		f(&l.VTY[i])
	}
}

func (l Lines) clone() Lines {
	l.VTY = slices.Clone(l.VTY)
	return l
}
