package config

import (
	"cmp"
	"slices"
	"strings"
)

// AAA is `aaa new-model` and what it decides by.
type AAA struct {
	NewModel     bool
	ConsoleAuthz bool         // aaa authorization console
	Lists        []MethodList // by service, then by name, "default" first
	Groups       []ServerGroup
	Servers      []RADIUSServer // in the order in which they are asked
	RADIUS       RADIUS
}

// Service is what a list of methods is for.
type Service uint8

const (
	AuthenLogin Service = iota
	AuthenEnable
	AuthorExec
)

// DefaultList is the name of the list of a line that names none.
const DefaultList = "default"

// MethodList is `aaa authentication|authorization … NAME METHODS`. A method is its
// word, or "group NAME".
type MethodList struct {
	Service Service
	Name    string
	Methods []string
}

// The methods.
const (
	MethodLocal         = "local"
	MethodLocalCase     = "local-case"
	MethodEnable        = "enable"
	MethodLine          = "line"
	MethodNone          = "none"
	MethodAuthenticated = "if-authenticated"
	MethodGroup         = "group "
)

// RADIUSGroup is the group of all servers.
const RADIUSGroup = "radius"

// ServerGroup is `aaa group server radius NAME`.
type ServerGroup struct {
	Source  string // interface whose address its packets come from, "" for what holds for all
	Name    string
	Servers []string
}

// RADIUS is what holds for servers that say nothing of their own.
type RADIUS struct {
	Key        Password
	Timeout    int    // seconds, 0 for the default
	Retransmit int    // -1 for the default
	Source     string // interface whose address the packets come from, "" for that of the route
	Deadtime   int    // minutes for which a server that has not answered is passed over, 0 for none
}

// RADIUSServer is `radius server NAME`, or `radius-server host A` with Host set, whose
// name is the address.
type RADIUSServer struct {
	Name       string
	Host       bool
	Addr       uint32
	AuthPort   uint16
	AcctPort   uint16
	Key        Password
	Timeout    int // seconds, 0 for the global one
	Retransmit int // -1 for the global one
}

// Defaults of a RADIUS server.
const (
	DefaultAuthPort         = 1645
	DefaultAcctPort         = 1646
	DefaultRADIUSTimeout    = 5
	DefaultRADIUSRetransmit = 3
)

// MethodList returns a list by name, nil when there is none.
func (a *AAA) MethodList(s Service, name string) *MethodList {
	if at, found := a.findList(s, name); found {
		return &a.Lists[at]
	}
	return nil
}

// SetMethodList sets the methods of a list, removes it when there are none.
func (a *AAA) SetMethodList(s Service, name string, methods []string) {
	at, found := a.findList(s, name)
	if found {
		a.Lists = slices.Delete(a.Lists, at, at+1)
	}
	if len(methods) > 0 {
		a.Lists = slices.Insert(a.Lists, at, MethodList{s, name, methods})
	}
	if len(a.Lists) == 0 {
		a.Lists = nil
	}
}

func (a *AAA) findList(s Service, name string) (int, bool) {
	return slices.BinarySearchFunc(a.Lists, MethodList{Service: s, Name: name}, func(x, y MethodList) int {
		return cmp.Or(cmp.Compare(x.Service, y.Service), later(x.Name)-later(y.Name), strings.Compare(x.Name, y.Name))
	})
}

// later puts the default list first.
func later(name string) int {
	if name == DefaultList {
		return 0
	}
	return 1
}

// Server returns a server by name, nil when there is none.
func (a *AAA) Server(name string) *RADIUSServer {
	for i := range a.Servers {
		if a.Servers[i].Name == name {
			return &a.Servers[i]
		}
	}
	return nil
}

// Group returns a group by name, nil when there is none.
func (a *AAA) Group(name string) *ServerGroup {
	for i := range a.Groups {
		if a.Groups[i].Name == name {
			return &a.Groups[i]
		}
	}
	return nil
}

func (a AAA) clone() AAA {
	a.Lists = slices.Clone(a.Lists)
	a.Groups = slices.Clone(a.Groups)
	for i := range a.Groups {
		a.Groups[i].Servers = slices.Clone(a.Groups[i].Servers)
	}
	a.Servers = slices.Clone(a.Servers)
	return a
}

// LoginMethods are how a user of a line proves who he is.
func (c *Config) LoginMethods(l *Line, console bool) []string {
	if !c.AAA.NewModel {
		switch l.Login {
		case LoginLocal:
			return []string{MethodLocal}
		case LoginPassword:
			return []string{MethodLine}
		}
		return []string{MethodNone}
	}
	if list := c.AAA.MethodList(AuthenLogin, cmp.Or(l.LoginList, DefaultList)); list != nil {
		return list.Methods
	}
	if console && l.LoginList == "" {
		return []string{MethodNone}
	}
	return []string{MethodLocal}
}

// EnableMethods are how a user proves that he may have a privilege level.
func (c *Config) EnableMethods() []string {
	if list := c.AAA.MethodList(AuthenEnable, DefaultList); c.AAA.NewModel && list != nil {
		return list.Methods
	}
	return []string{MethodEnable}
}

// ExecMethods are what decides of the level of a session at its beginning; none
// when it is the line's.
func (c *Config) ExecMethods(l *Line, console bool) []string {
	if !c.AAA.NewModel {
		return []string{MethodLocal}
	}
	if console && !c.AAA.ConsoleAuthz {
		return nil
	}
	if list := c.AAA.MethodList(AuthorExec, cmp.Or(l.ExecList, DefaultList)); list != nil {
		return list.Methods
	}
	return nil
}
