package config

import (
	"cmp"
	"slices"
	"strings"
)

// Password is a password that is kept as it is. Hidden is its type 7 text where
// configurations are to show that, "" where they show it in clear.
type Password struct {
	Text   string
	Hidden string
}

// Accounts are who may log in, and what they may do then.
type Accounts struct {
	Users        []User   // by name
	Enable       []Enable // by level
	HidePassword bool     // service password-encryption
	Guard        LoginGuard
}

// User is `username NAME`.
type User struct {
	Name       string
	Privilege  int // 1 by default
	Secret     string
	Password   Password
	NoPassword bool
}

// Enable is `enable secret|password` of one level.
type Enable struct {
	Level    int
	Secret   string // hashed, of type 5, 8 or 9; "" when none
	Password Password
}

// LoginGuard is what slows down those who guess.
type LoginGuard struct {
	BlockFor, Attempts, Within int    // login block-for, seconds; 0 for never
	Delay                      int    // seconds between attempts, 0 for the default of one while BlockFor is set
	LogFailure, LogSuccess     int    // login on-failure|on-success log, every so many; 0 for none
	QuietClass                 string // access list of those whom the quiet mode lets in, "" for nobody
}

// User returns a user by name, nil when there is none.
func (u *Accounts) User(name string) *User {
	if at, found := findUser(u.Users, name); found {
		return &u.Users[at]
	}
	return nil
}

// AddUser returns a user, who is made if there is none.
func (u *Accounts) AddUser(name string) *User {
	at, found := findUser(u.Users, name)
	if !found {
		u.Users = slices.Insert(u.Users, at, User{Name: name, Privilege: 1})
	}
	return &u.Users[at]
}

// RemoveUser removes a user.
func (u *Accounts) RemoveUser(name string) {
	if at, found := findUser(u.Users, name); found {
		u.Users = slices.Delete(u.Users, at, at+1)
		if len(u.Users) == 0 {
			u.Users = nil
		}
	}
}

func findUser(users []User, name string) (int, bool) {
	return slices.BinarySearchFunc(users, name, func(u User, name string) int { return strings.Compare(u.Name, name) })
}

// EnableAt returns what opens a level, the zero value when nothing does.
func (u *Accounts) EnableAt(level int) Enable {
	if at, found := findEnable(u.Enable, level); found {
		return u.Enable[at]
	}
	return Enable{Level: level}
}

// SetEnable sets what opens a level; an Enable of nothing removes it.
func (u *Accounts) SetEnable(e Enable) {
	at, found := findEnable(u.Enable, e.Level)
	if found {
		u.Enable = slices.Delete(u.Enable, at, at+1)
	}
	if e != (Enable{Level: e.Level}) {
		u.Enable = slices.Insert(u.Enable, at, e)
	}
	if len(u.Enable) == 0 {
		u.Enable = nil
	}
}

func findEnable(list []Enable, level int) (int, bool) {
	return slices.BinarySearchFunc(list, level, func(e Enable, level int) int { return cmp.Compare(e.Level, level) })
}

func (u Accounts) clone() Accounts {
	u.Users, u.Enable = slices.Clone(u.Users), slices.Clone(u.Enable)
	return u
}

// Passwords calls f with every password that may be hidden. They may be changed if c
// is a private clone.
func (c *Config) Passwords(f func(*Password)) {
	for i := range c.Users {
		f(&c.Users[i].Password)
	}
	for i := range c.Enable {
		f(&c.Enable[i].Password)
	}
	c.Lines.Each(func(l *Line) { f(&l.Password) })
	f(&c.AAA.RADIUS.Key)
	for i := range c.AAA.Servers {
		f(&c.AAA.Servers[i].Key)
	}
}
