package main

import (
	"cmp"
	"strings"
	"testing"

	"conft/commands"
	"conft/internal/config"
	"conft/internal/router"
)

// The commands of the session and those of the router make one table, in which
// `?` describes every word wherever it may stand.
func TestEveryEXECWordHasHelp(t *testing.T) {
	exec := newLines(new(router.Router)).exec
	followed := map[string]bool{} // lists of what may follow
	commands := 0
	var follow func(line string)
	follow = func(line string) {
		answer, err := exec.Ask(line, 15)
		if err != nil || len(answer.Items) == 0 {
			t.Errorf("nothing may follow %q: %v", line, err)
			return
		}
		list := strings.Join(answer.Format(0), "\n")
		if len(answer.Items) > 1 && followed[list] {
			return // options in another order
		}
		followed[list] = true
		for _, i := range answer.Items {
			switch {
			case i.Token == "<cr>":
				commands++
				if _, err := exec.Match(line, 15); err != nil {
					t.Errorf("%q is not a command: %v", line, err)
				}
			case i.Help == "":
				t.Errorf("%q behind %q has no help", i.Token, line)
			default:
				follow(line + sample(i.Token) + " ")
			}
		}
	}
	follow("")
	const least = 60
	if commands < least {
		t.Errorf("%d commands were found, want at least %d", commands, least)
	}
}

// placeholders are words that fit what `?` prints in capitals.
var placeholders = map[string]string{"A.B.C.D": "192.0.2.1", "hh:mm:ss": "10:00:00", "MONTH": "March",
	"Ethernet": "Ethernet0/0", "FastEthernet": "FastEthernet0/0", "GigabitEthernet": "GigabitEthernet0/0", "Loopback": "Loopback0"}

// sample is a word that may stand where `?` offers token.
func sample(token string) string {
	if first, _, ok := strings.Cut(strings.TrimPrefix(token, "<"), "-"); ok && token[0] == '<' {
		return first
	}
	return cmp.Or(placeholders[token], token)
}

// The words that `privilege exec` takes are those of the whole table.
func TestPrivilegeKnowsEveryCommand(t *testing.T) {
	answer, err := newLines(new(router.Router)).exec.Ask("", 15)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range answer.Items {
		c := config.New()
		if _, err := commands.Config.Start().Apply(c, "privilege exec level 4 "+word.Token); err != nil || len(c.Privileges) != 1 {
			t.Errorf("privilege exec level 4 %s: %v", word.Token, err)
		}
	}
}
