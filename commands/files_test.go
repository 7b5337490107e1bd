package commands

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/internal/reftest"
	"conft/internal/router"
)

var took = regexp.MustCompile(`copied in \d+\.\d{3} secs \(\d+ bytes/sec\)`)

func TestCopy(t *testing.T) {
	r := newFake(t, "hostname R1\n")
	text := Text(r.config)
	copied := fmt.Sprintf("%d bytes copied in 0.001 secs", len(text))
	step := func(line, want string, answers ...string) {
		t.Helper()
		got := took.ReplaceAllString(run(t, r, line, answers...), "copied in 0.001 secs")
		expect(t, line, got, want)
	}
	step("copy running-config flash:", "Destination filename [running-config]? one\n"+copied+"\n", "one")
	step("copy run flash:one", "Destination filename [one]? \n%Warning:There is a file already existing with this name \nDo you want to over write? [confirm]n\n", "", "n")
	step("copy flash:/one flash:two", "Destination filename [two]? \n"+copied+"\n", "")
	step("copy flash: startup", "Source filename []? two\nDestination filename [startup-config]? \n[OK]\n"+copied+"\n", "two", "")
	if string(r.startup) != text {
		t.Errorf("the startup configuration is %q", r.startup)
	}
	step("more flash:two", text+"\n")
	step("more nvram:startup-config", text+"\n")

	r.files.flash.Write("merge", []byte("hostname R2\nnonsense\ninterface Gi0/0\n description x\nend\n"))
	step("copy flash:merge running-config", "Destination filename [running-config]? \n% line 2: \"nonsense\": invalid input at column 3\n56 bytes copied in 0.001 secs\n", "")
	if c := r.config; c.Hostname != "R2" || c.Interface("GigabitEthernet0/0").Description != "x" {
		t.Errorf("merged to\n%s", Text(c))
	}
	for line, want := range map[string]string{
		"copy flash:none running-config": "%Error opening flash:none (No such file or directory)",
		"more flash:../../etc/passwd":    "%Error opening flash:../../etc/passwd (No such file or directory)",
		"more nvram:private-config":      "%Error opening nvram:private-config (No such file or directory)",
		"delete /force flash:none":       "%Error deleting flash:none (No such file or directory)",
	} {
		if _, err := try(r, line, "", "", ""); err == nil || err.Error() != want {
			t.Errorf("%s: %v", line, err)
		}
	}
	step("delete flash:two", "Delete filename [two]? \nDelete flash:/two? [confirm]\n", "", "")
	screen := run(t, r, "dir")
	if !regexp.MustCompile(`^Directory of flash:/\n\n *\d+  -rw- +\d+  [A-Z][a-z]{2} [ \d]\d \d{4} \d\d:\d\d:\d\d \+00:00  merge\n.* one\n\n\d+ bytes total \(\d+ bytes free\)\n$`).MatchString(screen) {
		t.Errorf("dir:\n%s", screen)
	}
	step("mkdir dir", "Create directory filename [dir]? \nCreated dir flash:dir\n", "")
	run(t, r, "copy one flash:dir/two", "")
	for line, want := range map[string]string{
		"dir none":            "%Error opening flash:none (No such file or directory)",
		"delete /force dir":   "%Error deleting flash:dir (Is a directory)",
		"mkdir dir":           "%Error Creating dir flash:dir (File exists)",
		"rmdir flash:dir":     "%Error Removing dir flash:dir (Directory not empty)",
		"rename none other":   "%Error opening flash:none (No such file or directory)",
		"copy one dir":        "%Error opening flash:dir (Is a directory)",
		"copy one none/one":   "%Error opening flash:none/one (No such file or directory)",
		"configure replace x": "%Error opening flash:x (No such file or directory)",
	} {
		if _, err := try(r, line, "", "y", "y"); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
	// A name without a file system is one in flash:.
	step("rename dir/two three", "Destination filename [three]? \n", "")
	step("rmdir dir", "Remove directory filename [dir]? \nDelete flash:dir? [confirm]\nRemoved dir flash:dir\n", "", "")
	step("more three", text+"\n")
	step("copy three four", "Destination filename [four]? \n"+copied+"\n", "")
	step("rename three flash:", "Destination filename [three]? \n%Warning:There is a file already existing with this name \nDo you want to over write? [confirm]\n", "", "")
	step("rename three four", "Destination filename [four]? \n%Warning:There is a file already existing with this name \nDo you want to over write? [confirm]\n", "", "")
	step("delete four", "Delete filename [four]? \nDelete flash:/four? [confirm]\n", "", "")
	step("pwd", "flash:/\n")
	for line, want := range map[string]string{
		"dir /all":        "Directory of flash:/\n\n",
		"dir /all nvram:": "Directory of nvram:/\n\n",
		"dir system:":     fmt.Sprintf("Directory of system:/\n\n    1  -rw- %16d                    <no date>  running-config\n", len(Text(r.config))),
	} {
		if screen := run(t, r, line); !strings.HasPrefix(screen, want) {
			t.Errorf("%s: %q", line, screen)
		}
	}
	step("configure memory", "")
	if r.config.Hostname != "R1" {
		t.Errorf("the startup configuration was not typed:\n%s", Text(r.config))
	}
	expect(t, "verify", run(t, r, "verify /md5 flash:merge"), "verify /md5 (flash:merge) = d88d9bd6fc3ff6eb1da838fb79f31f51\n")
}

func TestArchive(t *testing.T) {
	r := newFake(t, "hostname R1\n")
	expect(t, "show archive", run(t, r, "show archive"), " "+reftest.Open(t, "show/show-archive/01.txt")) // the capture lost the indentation of all its lines
	if _, err := try(r, "archive config"); err == nil || !strings.HasPrefix(err.Error(), "% Archive feature not enabled") {
		t.Errorf("archive config without a path: %v", err)
	}
	r.config = load(t, "version 15.4\nhostname R1\narchive\n path flash:a\n maximum 3\n write-memory\n")
	run(t, r, "archive config")
	run(t, r, "write")
	expect(t, "show archive", run(t, r, "show archive"), `The maximum archive configurations allowed is 3.
There are currently 2 archive configurations saved.
The next archive file will be named flash:a-2
 Archive #  Name
   1        flash:a-0
   2        flash:a-1 <- Most Recent
   3
`)
	r.config = load(t, "version 15.4\nhostname R2\ninterface GigabitEthernet0/0\n ip address 10.0.0.1 255.255.255.0\narchive\n path flash:a\n maximum 3\n write-memory\n")
	const added, removed = "+hostname R2\ninterface GigabitEthernet0/0\n +ip address 10.0.0.1 255.255.255.0\n", "-hostname R1\ninterface GigabitEthernet0/0\n -no ip address\n"
	for _, line := range []string{"show archive config differences", "show archive config differences nvram:startup-config system:running-config", "show archive config differences flash:a-0"} {
		expect(t, line, run(t, r, line), "\n!Contextual Config Diffs:\n"+added+removed+"\n")
	}
	expect(t, "no difference", run(t, r, "show archive config differences system:running-config"), "\n!Contextual Config Diffs:\n!No changes were found\n\n")
	expect(t, "incremental", run(t, r, "show archive config incremental-diffs flash:a-0"), "\n!List of Commands:\nhostname R1\ninterface GigabitEthernet0/0\n no ip address\nend\n\n")
}

func TestReplaceAndRevert(t *testing.T) {
	r := newFake(t, "hostname R1\nip route 10.9.0.0 255.255.0.0 10.0.0.2\n")
	r.files.flash.Write("r2", []byte(Text(load(t, "hostname R2\ncrypto isakmp key secret9 address 1.1.1.1\n"))))
	r.files.flash.Write("bad", []byte("hostname R3\nip adress 1\n"))
	const done = "\nTotal number of passes: 1\nRollback Done\n\n"
	if run(t, r, "configure replace flash:r2", "n"); r.config.Hostname != "R1" {
		t.Error("a declined replacement replaces")
	}
	screen, err := try(r, "configure replace flash:bad force")
	if err == nil || r.config.Hostname != "R1" || screen != "% line 2: \"ip adress 1\": invalid input at column 5\n" {
		t.Errorf("a text with a bad line: %q, %v; now %s", screen, err, r.config.Hostname)
	}
	expect(t, "replace list", run(t, r, "configure replace flash:r2 list force"), `!Pass 1

!List of Rollback Commands:
no hostname R1
no ip route 10.9.0.0 255.255.0.0 10.0.0.2
hostname R2
crypto isakmp key <removed> address 1.1.1.1
end

`+done)
	if r.config.Hostname != "R2" || len(r.config.Routes) != 0 {
		t.Errorf("replaced to\n%s", Text(r.config))
	}
}

func TestTimedRollback(t *testing.T) {
	r := newFake(t, "hostname R1\narchive\n path flash:a\n")
	r.files.flash.Write("r2", []byte(Text(load(t, "hostname R2\n"))))
	const backing = "Rollback Confirmed Change: Backing up current running config to flash:a-"
	for _, line := range []string{"configure confirm", "configure revert now", "configure revert timer 3"} {
		if _, err := try(r, line); err == nil || err.Error() != "% No Rollback Confirmed Change pending" {
			t.Errorf("%s with nothing pending: %v", line, err)
		}
	}
	expect(t, "replace time", run(t, r, "configure replace flash:r2 force time 10"), backing+"0\n\nTotal number of passes: 1\nRollback Done\n\n")
	if p := r.files.pending; p == nil || p.After != 10*time.Minute || p.To != "flash:a-0" {
		t.Errorf("pending is %+v", p)
	}
	run(t, r, "configure revert timer 3")
	expect(t, "show rollback", run(t, r, "show archive config rollback timer"),
		"Time configured(or reconfigured): 00:01:43 UTC Fri Mar 1 2002\nTimer type: absolute timer\nTimer value: 3 min\nUser: console\n")
	run(t, r, "configure revert now")
	if r.config.Hostname != "R1" || r.files.pending != nil {
		t.Errorf("reverted to %s, pending %v", r.config.Hostname, r.files.pending)
	}
	for _, line := range []string{"configure terminal revert timer 9", "configure replace flash:r2 force time 9"} {
		r.files.pending = &router.Rollback{To: "flash:first"}
		if _, err := try(r, line); err == nil || !strings.HasPrefix(err.Error(), "% A return to flash:first is pending") {
			t.Errorf("%s with another pending: %v", line, err)
		}
		if r.files.pending.To != "flash:first" || r.config.Hostname != "R1" {
			t.Errorf("%s with another pending: now %+v of %s", line, r.files.pending, r.config.Hostname)
		}
	}
	r.files.pending = nil
	expect(t, "configure terminal revert", run(t, r, "configure terminal revert timer 2"), backing+"1\n\n(config)#\n")
	if run(t, r, "configure confirm"); r.files.pending != nil {
		t.Error("a confirmed change is still pending")
	}
}

func TestScheduledReload(t *testing.T) {
	r := newFake(t, "hostname R1\n")
	r.startup = []byte(Text(r.config))
	expect(t, "show reload", run(t, r, "show reload"), "No reload is scheduled.\n")
	const scheduled = "Reload scheduled for 01:06:43 UTC Fri Mar 1 2002 (in 1 hour and 5 minutes) by console\nReload reason: too old\n"
	expect(t, "reload in", run(t, r, "reload in 1:05 too old", ""), scheduled+"Proceed with reload? [confirm]\n")
	expect(t, "show reload", run(t, r, "show reload"), scheduled)
	if log := r.hub.Buffer(); !strings.HasSuffix(log[len(log)-1], "%SYS-5-SCHEDULED_RELOAD: Reload requested for 01:06:43 UTC Fri Mar 1 2002 at 00:01:43 UTC Fri Mar 1 2002 by console. Reload Reason: too old.") {
		t.Errorf("log: %q", log)
	}
	expect(t, "reload cancel", run(t, r, "reload cancel"), "\n\n***\n*** --- SHUTDOWN ABORTED ---\n***\n\n")
	if r.files.reload != nil {
		t.Error("a cancelled reload is still scheduled")
	}
	for line, want := range map[string]string{
		"reload at 00:01":        "00:01:00 UTC Sat Mar 2 2002",
		"reload at 13:30":        "13:30:00 UTC Fri Mar 1 2002",
		"reload at 13:30 3 July": "13:30:00 UTC Wed Jul 3 2002",
		"reload at 13:30 jan 31": "13:30:00 UTC Fri Jan 31 2003",
		"reload in 7":            "00:08:43 UTC Fri Mar 1 2002",
	} {
		if run(t, r, line, ""); r.files.reload.For.Format(fullTime) != want {
			t.Errorf("%s: %v", line, r.files.reload.For)
		}
	}
	for _, line := range []string{"reload in 0", "reload in soon", "reload at 25:00", "reload in 600:00", "reload at 1:00 31 June"} {
		r.files.reload = nil
		if _, err := try(r, line, ""); err == nil || r.files.reload != nil {
			t.Errorf("%s is accepted: %v", line, r.files.reload)
		}
	}
}

func TestConfigLog(t *testing.T) {
	r := newFake(t, "")
	if _, err := try(r, "show archive log config all"); err == nil || err.Error() != "% Config Logger disabled." {
		t.Errorf("no log: %v", err)
	}
	r.config = load(t, "archive\n log config\n  logging enable\n")
	r.Configured(debug.Origin{Line: "console"}, 1, "  logging enable")
	r.Configured(debug.Origin{Line: "vty0", User: "admin"}, 4, "ip route 0.0.0.0 0.0.0.0 10.0.0.1")
	const head = " idx   sess           user@line      Logged command\n"
	const second = "    2     4          admin@vty0     |ip route 0.0.0.0 0.0.0.0 10.0.0.1\n"
	expect(t, "all", run(t, r, "show archive log config all"), head+"    1     1        console@console  |  logging enable\n"+second)
	expect(t, "one", run(t, r, "show archive log config 2"), head+second)
	expect(t, "of a user", run(t, r, "show archive log config user admin all"), head+second)
	expect(t, "of a user, by number", run(t, r, "show archive log config user admin 1"), head)
	expect(t, "provisioning", run(t, r, "show archive log config all provisioning"), "  logging enable\nip route 0.0.0.0 0.0.0.0 10.0.0.1\n")
	expect(t, "clear", run(t, r, "clear archive log config", "n"), "Clear config log [confirm]n\n")
	expect(t, "still there", run(t, r, "show archive log config 2"), head+second)
	run(t, r, "clear archive log config force")
	expect(t, "cleared", run(t, r, "show archive log config all"), head)
}
