package config

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Manners are how the router meets its users: what it shows them and which words it
// takes from them.
type Manners struct {
	Banners    Banners
	Aliases    []Alias     // by name
	Privileges []Privilege // in the order of their modes and words
}

// Banners are texts of several lines, "" for none.
type Banners struct {
	MOTD  string // on every line that is opened
	Login string // before the user is asked who he is
	Exec  string // before the first prompt
}

// Banner is the text of a banner as a user of a line sees it: with the names of the router
// and of the line in the place of their tokens.
func (c *Config) Banner(text string, number int, l *Line) string {
	return strings.NewReplacer("$(hostname)", c.Hostname, "$(domain)", c.DomainName,
		"$(line)", strconv.Itoa(number), "$(line-desc)", l.Location).Replace(text)
}

// Alias is `alias exec NAME LINE`.
type Alias struct{ Name, Line string }

// Privilege is `privilege MODE level N WORDS`: the lowest level at which the commands of a mode
// that begin with these words, spelled in full, are there.
type Privilege struct {
	Mode  string // one of PrivilegeModes
	All   bool   // as typed: words that may follow are always meant
	Level int
	Words string
}

// PrivilegeMode is how `privilege` calls a mode, and the prompts of the modes that are meant.
type PrivilegeMode struct {
	Name, Help string
	Prompts    []string // "" in EXEC
}

// PrivilegeModes are the modes whose commands may have other levels, in the order of their lines.
var PrivilegeModes = []PrivilegeMode{
	{"crypto-map", "Crypto map config mode", []string{"config-crypto-map"}},
	{"crypto-transform", "Crypto transform config mode", []string{"cfg-crypto-trans"}},
	{"interface", "Interface configuration mode", []string{"config-if", "config-if-range"}},
	{"ipenacl", "IP named extended access-list configuration mode", []string{"config-ext-nacl"}},
	{"ipsnacl", "IP named simple access-list configuration mode", []string{"config-std-nacl"}},
	{"line", "Line configuration mode", []string{"config-line"}},
	{"configure", "Global configuration mode", []string{"config"}},
	{"exec", "Exec mode", []string{""}},
}

// PrivilegePrompts are the prompts of a mode that `privilege` names.
func PrivilegePrompts(name string) []string {
	for _, m := range PrivilegeModes {
		if m.Name == name {
			return m.Prompts
		}
	}
	return nil
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

// SetPrivilege sets the level of some words of a mode, to their own one when it is negative.
func (m *Manners) SetPrivilege(p Privilege) {
	order := func(p Privilege) int {
		return slices.IndexFunc(PrivilegeModes, func(m PrivilegeMode) bool { return m.Name == p.Mode })
	}
	at, found := slices.BinarySearchFunc(m.Privileges, p, func(x, p Privilege) int {
		return cmp.Or(cmp.Compare(order(x), order(p)), strings.Compare(x.Words, p.Words))
	})
	if found {
		m.Privileges = slices.Delete(m.Privileges, at, at+1)
	}
	if p.Level >= 0 {
		m.Privileges = slices.Insert(m.Privileges, at, p)
	}
}

func (m Manners) clone() Manners {
	m.Aliases, m.Privileges = slices.Clone(m.Aliases), slices.Clone(m.Privileges)
	return m
}
