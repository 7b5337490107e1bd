package commands

import (
	"io"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"conft/internal/reftest"
	"conft/internal/router"
)

// The rows of the captures, read into entries, come out as they went in.
func TestARPLikeCaptures(t *testing.T) {
	row := regexp.MustCompile(`^Internet +(\S+) +(-|\d+) +(\S+) +ARPA *(\S*)`)
	for _, file := range []string{"show-arp/01.txt", "show-arp/02.txt", "show-arp/03.txt", "show-arp/04.txt", "show-ip-arp/02.txt", "show-ip-arp/03.txt"} {
		want := trimLines(reftest.Open(t, "show/"+file))
		var entries []router.ARPEntry
		for l := range strings.Lines(want) {
			m := row.FindStringSubmatch(l)
			if m == nil {
				continue
			}
			e := router.ARPEntry{Address: netip.MustParseAddr(m[1]), Interface: m[4], Own: m[2] == "-"}
			minutes, _ := strconv.Atoi(m[2])
			e.Age = time.Duration(minutes)*time.Minute + 59*time.Second
			e.MAC, _ = net.ParseMAC(m[3])
			entries = append(entries, e)
		}
		if got := trimLines(text(func(w io.Writer) { showARP(w, entries) })); got != want || len(entries) < 3 {
			t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
		}
	}
}

func TestShowARP(t *testing.T) {
	r := lab(t)
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 1}
	r.arp = []router.ARPEntry{
		{Address: addr("10.1.1.1"), MAC: mac, Interface: "FastEthernet0/0", Own: true},
		{Address: addr("10.1.1.9"), Interface: "FastEthernet0/0"},
		{Address: addr("12.12.12.2"), MAC: mac, Interface: "GigabitEthernet0/1", Age: 3 * time.Minute},
	}
	const head = "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n"
	const own = "Internet  10.1.1.1                -   0200.0000.0001  ARPA   FastEthernet0/0\n"
	const nobody = "Internet  10.1.1.9                0   Incomplete      ARPA   \n"
	const other = "Internet  12.12.12.2              3   0200.0000.0001  ARPA   GigabitEthernet0/1\n"
	for line, want := range map[string]string{
		"show arp":                 head + own + nobody + other,
		"show ip arp":              head + own + nobody + other,
		"show arp 12.12.12.2":      head + other,
		"show ip arp g0/1":         head + other,
		"show ip arp 10.9.9.9":     "",
		"show arp fastethernet0/0": head + own + nobody,
	} {
		expect(t, line, run(t, r, line), want)
	}
	if _, err := try(r, "show arp g0/9"); err == nil {
		t.Error("an interface that is not there is shown")
	}
	r.arp = append(r.arp, router.ARPEntry{Address: addr("12.12.12.9"), MAC: mac, Static: true})
	if got := run(t, r, "show arp summary"); !strings.HasPrefix(got, "Total number of entries in the ARP table: 4.\nTotal number of Dynamic ARP entries: 1.\n"+
		"Total number of Incomplete ARP entries: 1.\nTotal number of Interface ARP entries: 1.\nTotal number of Static ARP entries: 1.\n") {
		t.Errorf("show arp summary:\n%s", got)
	}
	for _, line := range []string{"clear arp-cache", "clear arp 10.1.1.9", "clear ip arp 12.12.12.2"} {
		run(t, r, line)
	}
	if !slices.Equal(r.did, []string{"clear arp", "clear arp 10.1.1.9", "clear arp 12.12.12.2"}) {
		t.Errorf("did %q", r.did)
	}
}

func TestStaticARP(t *testing.T) {
	c, _, err := typeLines(newRouter(), "arp 10.2.0.1 AAbb.0012.3456 arpa", "arp 10.1.0.1 0200.0000.0001 ARPA", "arp 10.2.0.1 0200.0000.0002 arpa")
	if err != nil || !strings.Contains(Text(c), "\narp 10.1.0.1 0200.0000.0001 ARPA\narp 10.2.0.1 0200.0000.0002 ARPA\n") {
		t.Errorf("%v\n%s", err, Text(c))
	}
	for _, line := range []string{
		"arp 10.1.0.1 0200.0000.001 arpa", "arp 10.1.0.1 0200.0000.00xx arpa", "arp 10.1.0.1 ffff.ffff.ffff arpa", "arp 224.0.0.1 0200.0000.0001 arpa",
	} {
		if _, _, err := typeLines(newRouter(), line); err == nil {
			t.Errorf("%s is accepted", line)
		}
	}
	if _, _, err := typeLines(newRouter(), "interface g0/0", "ip address 10.1.1.1 255.255.255.0", "exit", "arp 10.1.1.1 0200.0000.0001 arpa"); err == nil {
		t.Error("the router's own address is accepted")
	}
	expect(t, "show arp", text(func(w io.Writer) {
		showARP(w, []router.ARPEntry{{Address: addr("10.1.1.9"), MAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, Interface: "FastEthernet0/0", Static: true}})
	}), "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\nInternet  10.1.1.9                -   0200.0000.0001  ARPA   \n")
}
