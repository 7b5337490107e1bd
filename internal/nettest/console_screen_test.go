package nettest

import (
	"fmt"
	"strings"
	"testing"
)

// A command that waits for the network stops at once.
func TestStoppedCommands(t *testing.T) {
	t.Parallel()
	Root(t)
	a, r := Namespace(t, "a"), Namespace(t, "r")
	Cable(t, a, "eth0", "", r, "eth0", "")
	x := deskIn(t, r)
	x.Play(
		step{"configure terminal\r", "configure terminal\nEnter configuration commands, one per line.  End with CNTL/Z.\nR1(config)#"},
		step{"interface gigabitEthernet 0/0\r", "interface gigabitEthernet 0/0\nR1(config-if)#"},
		step{"ip address 10.0.0.1 255.255.255.0\r", "ip address 10.0.0.1 255.255.255.0\nR1(config-if)#"},
		step{"no shutdown\r", "no shutdown\nR1(config-if)#"},
		step{"end\r", "end\nR1#"},
	)
	const ping = "Type escape sequence to abort.\nSending 5, 100-byte ICMP Echos to 10.0.0.77, timeout is 3600 seconds:\n"
	const trace = "Type escape sequence to abort.\nTracing the route to 10.0.0.77\n\n"
	for _, stop := range []string{"\x1e", "\x03"} {
		x.Play(
			step{"ping 10.0.0.77 timeout 3600\r", "ping 10.0.0.77 timeout 3600\n" + ping},
			step{stop, ".\nSuccess rate is 0 percent (0/1)\nR1#"},
			step{"traceroute 10.0.0.77 timeout 3600\r", "traceroute 10.0.0.77 timeout 3600\n" + trace},
			step{stop, "R1#"},
			step{"show privilege\r", "show privilege\nCurrent privilege level is 15\nR1#"},
		)
	}
}

// Texts between delimiters, pasted: in one line, in several, with marks that mean help elsewhere.
func TestBannersOnConsole(t *testing.T) {
	x := desk(t)
	x.Play(
		step{"conf t\r", "conf t\nEnter configuration commands, one per line.  End with CNTL/Z.\nR1(config)#"},
		step{"banner motd @\r", "banner motd @\nEnter TEXT message.  End with the character '@'.\n"},
		step{"*** Is this yours? ***\r\r  Then go on.\r@\r", "*** Is this yours? ***\n\n  Then go on.\n@\nR1(config)#"},
		step{"banner login ^CWho are you^C\r", "banner login ^CWho are you^C\nR1(config)#"},
		step{"banner exec $ one\rtwo $ not this\r", "banner exec $ one\nEnter TEXT message.  End with the character '$'.\ntwo $ not this\nR1(config)#"},
		step{"do show running-config | include ^banner|yours|Then|two\r", "do show running-config | include ^banner|yours|Then|two\n" +
			"banner exec ^C one\ntwo ^C\nbanner login ^CWho are you^C\nbanner motd ^C\n*** Is this yours? ***\n  Then go on.\nR1(config)#"},
		step{"banner motd #\rgiven up\r\x03", "banner motd #\nEnter TEXT message.  End with the character '#'.\ngiven up\n\nR1#"},
		step{"conf t\r", "conf t\nEnter configuration commands, one per line.  End with CNTL/Z.\nR1(config)#"},
		step{"line console 0\r", "line console 0\nR1(config-line)#"},
		step{"password secret\r", "password secret\nR1(config-line)#"},
		step{"login\r", "login\nR1(config-line)#"},
		step{"end\rexit\r", "end\nR1#exit\n\n\nR1 con0 is now available\n\n\n\n\n\nPress RETURN to get started.\n\n\n"},
		step{"\r", "\n*** Is this yours? ***\n\n  Then go on.\n\nWho are you\n\nUser Access Verification\n\nPassword: "},
		step{"secret\r", "\n\n one\ntwo \nR1>"},
	)
}

// Five thousand lines are pasted while the router works: each is there, in its order, and none
// is told of by anything but its prompt.
func TestPasteFiveThousand(t *testing.T) {
	const n = 5000
	x := desk(t)
	var paste, want strings.Builder
	fmt.Fprint(&paste, "configure terminal\rip access-list extended MANY\r")
	for i := range n {
		fmt.Fprintf(&paste, " permit tcp host 10.%d.%d.1 any\r", i/250, i%250)
		fmt.Fprintf(&want, " permit tcp host 10.%d.%d.1 any\n", i/250, i%250)
	}
	paste.WriteString("end\r")
	go x.Type(paste.String())
	shown := ""
	for i := 249; i < n; i += 250 { // each part has its own time
		shown += x.Expect(fmt.Sprintf("host 10.%d.249.1 any\r\n", i/250))
	}
	shown += x.Expect("R1(config-ext-nacl)#end\r\nR1#")
	if prompts := strings.Count(shown, "R1(config-ext-nacl)#"); prompts != n+1 || strings.Contains(shown, "%") {
		t.Errorf("%d prompts", prompts)
	}
	out, _ := Run(t, x.ns, "", "exec", "--dir", x.dir, "show running-config | section MANY")
	if out != "ip access-list extended MANY\n"+want.String() {
		t.Errorf("of %d lines %d are there, or in another order", n, strings.Count(out, "permit"))
	}
}

// What a user of each level may do, from the login on.
func TestLevelsOnConsole(t *testing.T) {
	x := desk(t)
	if out, status := Run(t, x.ns, "", "exec", "--dir", x.dir, "configure terminal", "no logging console", "username zero privilege 0 password z", "username seven privilege 7 password s",
		"enable secret top", "enable secret level 7 mid", "line con 0", "login local", "privilege exec level 7 configure terminal", "privilege configure level 7 interface",
		"privilege interface level 7 description"); status != 0 {
		t.Fatal(out)
	}
	const available = "exit\n\n\nR1 con0 is now available\n\n\n\n\n\nPress RETURN to get started.\n\n\n"
	const verify = "\n\n\nUser Access Verification\n\nUsername: "
	invalid := func(column int) string {
		return strings.Repeat(" ", column) + "^\n% Invalid input detected at '^' marker.\n\n"
	}
	x.Play(
		step{"exit\r", available},
		step{"\rzero\rz\r", verify[1:] + "zero\nPassword: \nR1>"},
		step{"show version\r", "show version\n" + invalid(3) + "R1>"},
		step{"?", "?\nExec commands:\n  disable  Turn off privileged commands\n  enable   Turn on privileged commands\n  exit     Exit from the EXEC\n" +
			"  help     Description of the interactive help system\n  logout   Exit from the EXEC\n\nR1>"},
		step{"enable 7\r", "enable 7\nPassword: "},
		step{"top\r", "\nPassword: "},
		step{"mid\r", "\nR1#"},
		step{"show privilege\r", "show privilege\nCurrent privilege level is 7\nR1#"},
		step{"exit\r", available},
		step{"\rseven\rs\r", verify[1:] + "seven\nPassword: \nR1#"},
		step{"conf t\r", "conf t\nEnter configuration commands, one per line.  End with CNTL/Z.\nR1(config)#"},
		step{"hostname X\r", "hostname X\n" + invalid(11) + "R1(config)#"},
		step{"interface loopback 3\r", "interface loopback 3\nR1(config-if)#"},
		step{"ip address 1.1.1.1 255.255.255.255\r", "ip address 1.1.1.1 255.255.255.255\n" + invalid(15) + "R1(config-if)#"},
		step{"description mine\r", "description mine\nR1(config-if)#"},
		step{"do show running-config\r", "do show running-config\n" + invalid(23) + "R1(config-if)#"},
		step{"end\r", "end\nR1#"},
		step{"enable\rtop\r", "enable\nPassword: \nR1#"},
		step{"show running-config | include ^ desc\r", "show running-config | include ^ desc\n description mine\nR1#"},
		step{"disable 0\r", "disable 0\nR1>"},
	)
}
