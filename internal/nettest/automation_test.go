package nettest

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scrapli/scrapligo/driver/network"
	"github.com/scrapli/scrapligo/driver/options"
	"github.com/scrapli/scrapligo/platform"
)

// scrapli is scrapligo's driver for IOS, which knows nothing of conft.
func scrapli(t *testing.T, host string) *network.Driver {
	t.Helper()
	p, err := platform.NewPlatform("cisco_iosxe", host,
		options.WithTransportType("standard"), options.WithAuthNoStrictKey(), options.WithTimeoutOps(20*time.Second),
		options.WithAuthUsername("lab"), options.WithAuthPassword("lab"), options.WithAuthSecondary("up"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := p.GetNetworkDriver()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A program written for IOS logs in, becomes privileged, shows, configures and saves; what
// it reads has the shape that templates expect.
func TestScrapligo(t *testing.T) {
	t.Parallel()
	u, r := loginLab(t)
	d := scrapli(t, "10.0.0.1")
	if err := u.Do(d.Open); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	show := func(command string) (out string) {
		t.Helper()
		answer, err := d.SendCommand(command)
		if err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		if answer.Failed != nil {
			t.Errorf("%s: %v\n%s", command, answer.Failed, answer.Result)
		}
		return answer.Result
	}
	if out := show("show privilege"); out != "Current privilege level is 15" {
		t.Errorf("after the escalation: %q", out)
	}
	if err := d.AcquirePriv("exec"); err != nil {
		t.Errorf("back to user EXEC: %v", err)
	}
	if err := d.AcquirePriv("configuration"); err != nil {
		t.Errorf("from user EXEC to the configuration: %v", err)
	}

	lines := []string{"interface Loopback7", "description by a program", "ip address 7.7.7.7 255.255.255.255", "exit",
		"ip route 192.0.2.0 255.255.255.0 10.0.0.9", "ip access-list extended WEB", "permit tcp any host 10.0.0.1 eq www", "deny ip any any log",
		"banner motd @of a program@"}
	answers, err := d.SendConfigs(lines)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range answers.Responses {
		if a.Result != "" || a.Failed != nil {
			t.Errorf("%s: %q", a.Input, a.Result)
		}
	}
	refused, err := d.SendConfig("ip address nowhere")
	if err != nil || refused.Failed == nil {
		t.Errorf("a line that makes no sense: %v %v", err, refused.Failed)
	}

	if out := show("show running-config interface Loopback7"); !strings.HasSuffix(out, "interface Loopback7\n description by a program\n ip address 7.7.7.7 255.255.255.255\nend") {
		t.Errorf("the interface: %q", out)
	}
	if out := show("write memory"); !strings.HasSuffix(out, "[OK]") {
		t.Errorf("saving: %q", out)
	}
	if out := r.Exec("show startup-config | include by a program"); out != " description by a program\n" {
		t.Errorf("saved: %q", out)
	}

	parse := func(command string) []map[string]any {
		t.Helper()
		answer, err := d.SendCommand(command)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := answer.TextFsmParse(filepath.Join("testdata", "textfsm", strings.ReplaceAll(command, " ", "_")+".textfsm"))
		if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, answer.Result)
		}
		return rows
	}
	find := func(command string, want map[string]string) {
		t.Helper()
		rows := parse(command)
		for _, row := range rows {
			same := true
			for k, v := range want {
				same = same && row[k] == v
			}
			if same {
				return
			}
		}
		t.Errorf("%s: no %v in %v", command, want, rows)
	}
	find("show ip interface brief", map[string]string{"INTERFACE": "Loopback7", "ADDRESS": "7.7.7.7", "STATUS": "up", "PROTOCOL": "up"})
	find("show ip route", map[string]string{"CODE": "S", "NETWORK": "192.0.2.0", "LENGTH": "24", "DISTANCE": "1", "METRIC": "0", "NEXTHOP": "10.0.0.9", "GATEWAY": "not set"})
	find("show access-lists", map[string]string{"KIND": "Extended", "LIST": "WEB", "SEQUENCE": "20", "ACTION": "deny", "CONDITION": "ip any any log"})
}
