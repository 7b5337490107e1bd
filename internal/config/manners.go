package config

import (
	"slices"
	"strings"
)

// Manners are how the router meets its users: what it shows them and which words it
// takes from them.
type Manners struct {
	Banners    Banners
	Aliases    []Alias     // by name
	Privileges []Privilege // in the order of their words
}

// Banners are texts of several lines, "" for none.
type Banners struct {
	MOTD  string // on every line that is opened
	Login string // before the user is asked who he is
	Exec  string // before the first prompt
}

// Alias is `alias exec NAME LINE`.
type Alias struct{ Name, Line string }

// Privilege is `privilege exec level N WORDS`: the lowest level at which the commands
// that begin with these words, spelled in full, are there.
type Privilege struct {
	Level int
	Words string
}

// DefaultAliases are there without being configured.
var DefaultAliases = []Alias{
	{"h", "help"}, {"lo", "logout"}, {"p", "ping"}, {"r", "resume"}, {"s", "show"}, {"u", "undebug"}, {"un", "undebug"}, {"w", "where"},
}

// Alias returns what a word stands for; a configured alias wins over a default one.
func (m *Manners) Alias(name string) (line string, ok bool) {
	for _, list := range [][]Alias{m.Aliases, DefaultAliases} {
		if at, found := slices.BinarySearchFunc(list, name, func(a Alias, name string) int { return strings.Compare(a.Name, name) }); found {
			return list[at].Line, true
		}
	}
	return "", false
}

// SetAlias makes a name stand for a line, for nothing when it is "".
func (m *Manners) SetAlias(name, line string) {
	at, found := slices.BinarySearchFunc(m.Aliases, name, func(a Alias, name string) int { return strings.Compare(a.Name, name) })
	if found {
		m.Aliases = slices.Delete(m.Aliases, at, at+1)
	}
	if line != "" {
		m.Aliases = slices.Insert(m.Aliases, at, Alias{name, line})
	}
}

// SetPrivilege sets the level of some words, to their own one when it is negative.
func (m *Manners) SetPrivilege(words string, level int) {
	at, found := slices.BinarySearchFunc(m.Privileges, words, func(p Privilege, words string) int { return strings.Compare(p.Words, words) })
	if found {
		m.Privileges = slices.Delete(m.Privileges, at, at+1)
	}
	if level >= 0 {
		m.Privileges = slices.Insert(m.Privileges, at, Privilege{level, words})
	}
}

func (m Manners) clone() Manners {
	m.Aliases, m.Privileges = slices.Clone(m.Aliases), slices.Clone(m.Privileges)
	return m
}
