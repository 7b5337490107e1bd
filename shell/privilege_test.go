package shell

import (
	"strings"
	"testing"

	"conft/internal/config"
)

// With `privilege exec level` a command is there from another level on, and its help
// with it; the longest words decide.
func TestPrivilegeLevels(t *testing.T) {
	f := newFake()
	f.c.SetPrivilege(config.Privilege{Mode: "exec", Words: "show", Level: 3})
	f.c.SetPrivilege(config.Privilege{Mode: "exec", Words: "show ip route", Level: 1})
	f.c.SetPrivilege(config.Privilege{Mode: "exec", Words: "reload", Level: 1})
	out := display(typeKeys(t, options(f, nil), "show inventory\rshow ip route | count ip\rreload\r\r\rsho?\x15enable 3\rshow inv\r"))
	for _, want := range []string{
		"R1>show inventory\n         ^\n% Invalid input",
		"Number of lines which match regexp = 2",
		"Proceed with reload? [confirm]",
		"R1#show inv\nNAME: \"CISCO2901/K9 chassis\"",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// At level 0 there is what leads elsewhere, and nothing to see.
func TestLevelZero(t *testing.T) {
	f := newFake()
	o := options(f, nil)
	o.Level = 0
	out := display(typeKeys(t, o, "?show privilege\rquit\rterminal length 0\rdo show privilege\renable 1\rshow privilege\rdisable 0\rshow history\renable\rdisable\rshow privilege\r"))
	const want = `
R1>?
Exec commands:
  disable  Turn off privileged commands
  enable   Turn on privileged commands
  exit     Exit from the EXEC
  help     Description of the interactive help system
  logout   Exit from the EXEC

R1>show privilege
   ^
% Invalid input detected at '^' marker.

R1>quit
Translating "quit"...domain server (255.255.255.255)
% Unknown command or computer name, or unable to find computer address
R1>terminal length 0
   ^
% Invalid input detected at '^' marker.

R1>do show privilege
    ^
% Invalid input detected at '^' marker.

R1>enable 1
R1>show privilege
Current privilege level is 1
R1>disable 0
R1>show history
   ^
% Invalid input detected at '^' marker.

R1>enable
R1#disable
R1>show privilege
Current privilege level is 1
R1>

`
	if out != want {
		t.Errorf("screen\n%s\nwant\n%s", out, want)
	}
	f.c.SetPrivilege(config.Privilege{Mode: "exec", Words: "show privilege"})
	got := display(typeKeys(t, o, "show ?\x15show privilege\r"))
	if !strings.Contains(got, "show ?\n  privilege  Show current privilege level\n\n") || !strings.Contains(got, "level is 0\n") {
		t.Errorf("given to level 0: %s", got)
	}
}

// Who may configure below the highest level may configure what has been given to that level,
// and nothing else; `do` gives him no more than he has in EXEC.
func TestConfigureBelowTheHighestLevel(t *testing.T) {
	f := newFake()
	give := func(mode, words string) {
		f.c.SetPrivilege(config.Privilege{Mode: mode, Words: words, Level: 7})
	}
	give("exec", "configure terminal")
	o := options(f, nil)
	o.Level = 7
	const enter = "conf t\r"
	got := display(typeKeys(t, o, enter+"?ho\t\x15hostname X\rno hostname\rcrypto map M 1 ipsec-isakmp\rdo reload\rdo show privilege\rend\r"))
	const want = `
R1#conf t
Enter configuration commands, one per line.  End with CNTL/Z.
R1(config)#?
Configure commands:
  do    To run exec commands in config mode
  end   Exit from configure mode
  exit  Exit from configure mode

R1(config)#ho
R1(config)#hostname X
           ^
% Invalid input detected at '^' marker.

R1(config)#no hostname
           ^
% Invalid input detected at '^' marker.

R1(config)#crypto map M 1 ipsec-isakmp
           ^
% Invalid input detected at '^' marker.

R1(config)#do reload
              ^
% Invalid input detected at '^' marker.

R1(config)#do show privilege
Current privilege level is 7
R1(config)#end
R1#

`
	if got != want {
		t.Errorf("screen\n%s\nwant\n%s", got, want)
	}
	give("configure", "crypto map")
	give("crypto-map", "set peer")
	got = display(typeKeys(t, o, enter+"no ?\x15hostname X\rcrypto map M 1 ipsec-isakmp\rset peer 10.0.0.1\rdescription x\rno set peer 10.0.0.1\rend\r"))
	for _, part := range []string{"R1(config)#no ?\n  crypto  Encryption module\n\n", "R1(config)#hostname X\n           ^\n",
		"R1(config-crypto-map)#set peer 10.0.0.1\nR1(config-crypto-map)#description x\n                        ^\n", "no set peer 10.0.0.1\nR1(config-crypto-map)#end\n"} {
		if !strings.Contains(got, part) {
			t.Errorf("no %q in\n%s", part, got)
		}
	}
	f.c.SetPrivilege(config.Privilege{Mode: "crypto-map", Words: "set peer", Level: -1})
	if got := display(typeKeys(t, o, enter+"crypto map M 1 ipsec-isakmp\rset peer 10.0.0.1\r")); !strings.Contains(got, "set peer 10.0.0.1\n                      ^\n") {
		t.Errorf("taken back:\n%s", got)
	}
	f.c.SetPrivilege(config.Privilege{Mode: "exec", Words: "reload", Level: 7})
	if got := display(typeKeys(t, o, enter+"do reload\r\rn")); !strings.Contains(got, "Proceed with reload? [confirm]n\n") {
		t.Errorf("do, of what EXEC allows:\n%s", got)
	}
}
