package nettest

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// readmeCommands are the commands that README.md tells its reader to type.
func readmeCommands(t testing.TB) (all []string) {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?ms)^```console\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(block[1]) {
			if command, ok := strings.CutPrefix(strings.TrimSpace(line), "$ "); ok {
				all = append(all, strings.TrimPrefix(command, "sudo "))
			}
		}
	}
	if len(all) == 0 {
		t.Fatal("README.md tells its reader to type nothing")
	}
	return all
}

// What README.md tells its reader to type works, in its order: the labs, and a router
// of one's own with its state in the default directory.
func TestREADME(t *testing.T) {
	t.Parallel()
	u := newLabUser(t)
	need(t, "unshare", "nsenter")
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	var router *Terminal // its /var/lib is its own
	for _, command := range readmeCommands(t) {
		words := strings.Fields(command)
		ours := strings.ReplaceAll(command, "bin/conft", Program(t))
		switch {
		case words[0] == "make":
			if !regexp.MustCompile(`(?m)^` + words[1] + `:`).Match(makefile) {
				t.Errorf("%s: the Makefile has no such target", command)
			}
		case words[0] != "bin/conft":
			t.Errorf("%s: neither make nor bin/conft", command)
		case len(words) > 1 && words[1] == "lab":
			cmd := exec.Command("sh", "-c", ours)
			cmd.Env = append(os.Environ(), "TMPDIR="+u.tmp)
			x := openTerminal(t, u.ns, cmd)
			if words[2] == "console" || words[2] == "up" {
				x.Expect(map[string]string{"console": ">", "up": "This is R1"}[words[2]])
				x.Type("exit\r")
			}
			if status := x.Ended(); status != 0 {
				t.Errorf("%s: exit status %d", command, status)
			}
		case len(words) > 1 && words[1] == "run":
			router = openTerminal(t, Namespace(t, "r"), exec.Command("unshare", "-m", "sh", "-ec", "mount -t tmpfs none /var/lib; exec "+ours))
			router.Expect("Press RETURN to get started!")
		default:
			if router == nil {
				t.Fatalf("%s comes before there is a router", command)
			}
			x := openTerminal(t, router.ns, exec.Command("nsenter", "-m", "-t", fmt.Sprint(router.cmd.Process.Pid), "sh", "-c", ours))
			if len(words) == 1 {
				x.Expect("Router>")
				x.Type("exit\r")
			}
			if status := x.Ended(); status != 0 {
				t.Errorf("%s: exit status %d", command, status)
			}
		}
	}
}
