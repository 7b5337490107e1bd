package commands

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"conft/internal/packet"
	"conft/internal/router"
)

func TestPingDialogue(t *testing.T) {
	r := newFake(t, "interface g0/0\nip address 10.1.1.1 255.255.255.0\n")
	r.pings = []router.PingReply{{Symbol: '!', RTT: time.Millisecond}}
	const end = "!\nSuccess rate is 100 percent (1/1), round-trip min/avg/max = 1/1/1 ms\n"
	expect(t, "ping", run(t, r, "ping", "", "20.1.1.1", "1", "", "", ""),
		"Protocol [ip]: \nTarget IP address: 20.1.1.1\nRepeat count [5]: 1\nDatagram size [100]: \nTimeout in seconds [2]: \nExtended commands [n]: \n"+
			"Type escape sequence to abort.\nSending 1, 100-byte ICMP Echos to 20.1.1.1, timeout is 2 seconds:\n"+end)
	expect(t, "ping", run(t, r, "ping", "ip", "20.1.1.1", "1", "200", "3", "y", "GigabitEthernet 0/0", "0", "yes", "n", "0xabcd", "", "n"),
		"Protocol [ip]: ip\nTarget IP address: 20.1.1.1\nRepeat count [5]: 1\nDatagram size [100]: 200\nTimeout in seconds [2]: 3\n"+
			"Extended commands [n]: y\nSource address or interface: GigabitEthernet 0/0\nType of service [0]: 0\n"+
			"Set DF bit in IP header? [no]: yes\nValidate reply data? [no]: n\nData pattern [0xABCD]: 0xabcd\n"+
			"Loose, Strict, Record, Timestamp, Verbose[none]: \nSweep range of sizes [n]: n\n"+
			"Type escape sequence to abort.\nSending 1, 200-byte ICMP Echos to 20.1.1.1, timeout is 3 seconds:\n"+
			"Packet sent with a source address of 10.1.1.1 \nPacket sent with the DF bit set\n"+end)
	if want := (router.PingRequest{Target: addr("20.1.1.1"), Source: addr("10.1.1.1"), Count: 1, Size: 200, Timeout: 3 * time.Second, DF: true, Pattern: 0xabcd}); r.pinged != want {
		t.Errorf("asked for %+v", r.pinged)
	}
	if got := run(t, r, "ping ip", "20.1.1.1", "1", "", "", ""); !strings.HasPrefix(got, "Target IP address: 20.1.1.1\n") {
		t.Errorf("ping ip: %s", got)
	}
	for _, c := range []struct {
		want    string
		answers []string
	}{
		{"% Unrecognized host or address, or protocol not running.", []string{"", "www.example.com"}},
		{"% Not supported: protocols other than ip are not there, ip is the only answer.", []string{"ipx"}},
		{"% A decimal number between 36 and 18024.", []string{"", "1.1.1.1", "", "35"}},
		{"% A decimal number between 1 and 2147483647.", []string{"", "1.1.1.1", "many"}},
		{"% Please answer 'yes' or 'no'.", []string{"", "1.1.1.1", "", "", "", "perhaps"}},
		{"% Invalid source", []string{"", "1.1.1.1", "", "", "", "y", "Serial0", "", "", "", "", "", ""}},
		{"% Invalid source address- IP address not on any of our up interfaces", []string{"", "1.1.1.1", "", "", "", "y", "9.9.9.9", "", "", "", "", "", ""}},
		{"% Invalid source interface - IP not enabled or interface is down", []string{"", "1.1.1.1", "", "", "", "y", "f0/0", "", "", "", "", "", ""}},
		{"% Invalid pattern, try again.", []string{"", "1.1.1.1", "", "", "", "y", "", "", "", "", "12345", "", ""}},
		{"% A decimal number between 0 and 255.", []string{"", "1.1.1.1", "", "", "", "y", "", "256"}},
		{"% A decimal number between 1 and 9.", []string{"", "1.1.1.1", "", "", "", "y", "", "", "", "", "", "record", "10"}},
		{"% A decimal number between 1 and 4.", []string{"", "1.1.1.1", "", "", "", "y", "", "", "", "", "", "l", "2.2.2.2 3.3.3.3 4.4.4.4 5.5.5.5", "t", "5"}},
		{"% A decimal number between 1400 and 18024.", []string{"", "1.1.1.1", "", "", "", "y", "", "", "", "", "", "", "y", "1400", "1399"}},
	} {
		r.pinged = router.PingRequest{}
		if _, err := try(r, "ping", c.answers...); err == nil || err.Error() != c.want || r.pinged.Count != 0 {
			t.Errorf("%q: %v, want %s", c.answers, err, c.want)
		}
	}
}

func TestPingSweep(t *testing.T) {
	r := newFake(t, "")
	r.pings = []router.PingReply{
		{Symbol: '!', RTT: 4 * time.Millisecond, Size: 1400},
		{Symbol: 'M', Size: 1401, From: addr("10.1.1.2"), MTU: 1400},
		{Symbol: '.', Size: 1402},
		{Symbol: 'U', Size: 1403, From: addr("10.1.1.2")},
	}
	got := run(t, r, "ping", "", "20.1.1.1", "1", "", "1", "y", "", "184", "", "y", "0x00ff", "v", "", "y", "1400", "1403", "1")
	_, got, _ = strings.Cut(got, "Sweep interval [1]: 1\n")
	expect(t, "ping", got, "Type escape sequence to abort.\nSending 4, [1400..1403]-byte ICMP Echos to 20.1.1.1, timeout is 1 seconds:\n"+
		"Reply data will be validated\nPacket has data pattern 0x00FF\n"+
		"Reply to request 0 (4 ms) (size 1400)\nUnreachable from 10.1.1.2, maximum MTU 1400 (size 1401)\n"+
		"Request 2 timed out (size 1402)\nUnreachable from 10.1.1.2 (size 1403)\n"+
		"Success rate is 25 percent (1/4), round-trip min/avg/max = 4/4/4 ms\n")
	if want := (router.PingRequest{Target: addr("20.1.1.1"), Count: 1, Size: 100, Timeout: time.Second, TOS: 184, Validate: true, Pattern: 0xff,
		Sweep: router.Sweep{Min: 1400, Max: 1403, Step: 1}}); r.pinged != want {
		t.Errorf("asked for %+v", r.pinged)
	}
	if _, err := try(r, "ping 20.1.1.1 data 12345"); err == nil {
		t.Error("a pattern of 20 bits is accepted")
	}
	run(t, r, "ping 20.1.1.1 data fFfF validate tos 184")
	if r.pinged.Pattern != 0xffff || !r.pinged.Validate || r.pinged.TOS != 184 {
		t.Errorf("asked for %+v", r.pinged)
	}
}

// asked is a dialogue that gets to the question for IP options, with answers from there on.
func asked(t *testing.T, r *fakeRouter, count string, answers ...string) string {
	t.Helper()
	got := run(t, r, "ping", append([]string{"", "20.1.1.1", count, "", "", "y", "", "", "", "", ""}, answers...)...)
	_, got, _ = strings.Cut(got, "Data pattern [0xABCD]: \n")
	return got
}

const pingSent = "Type escape sequence to abort.\nSending 1, 100-byte ICMP Echos to 20.1.1.1, timeout is 2 seconds:\n"

func TestPingRecord(t *testing.T) {
	r := newFake(t, "")
	route := packet.PadOptions(packet.AppendRoute(nil, packet.OptionRecord, []netip.Addr{addr("10.1.1.1"), addr("10.1.1.2"), addr("0.0.0.0")}))
	route[2] = 12
	r.pings = []router.PingReply{{Symbol: '!', RTT: 4 * time.Millisecond, Options: route}, {Symbol: '.'}}
	expect(t, "ping", asked(t, r, "1", "r", "3", "", ""),
		"Loose, Strict, Record, Timestamp, Verbose[none]: r\nNumber of hops [ 9 ]: 3\nLoose, Strict, Record, Timestamp, Verbose[RV]: \nSweep range of sizes [n]: \n"+
			pingSent+
			"Packet has IP options:  Total option bytes= 15, padded length=16\n Record route: <*>\n   (0.0.0.0)\n   (0.0.0.0)\n   (0.0.0.0)\n\n"+
			"Reply to request 0 (4 ms).  Received packet has options\n Total option bytes= 16, padded length=16\n"+
			" Record route:\n   (10.1.1.1)\n   (10.1.1.2) <*>\n   (0.0.0.0)\n End of list\n\n"+
			"Request 1 timed out\nSuccess rate is 50 percent (1/2), round-trip min/avg/max = 4/4/4 ms\n")
	if want := string(packet.PadOptions(packet.AppendRecord(nil, 3))); r.pinged.Options != want {
		t.Errorf("asked for % x", r.pinged.Options)
	}
	full := packet.AppendRoute(nil, packet.OptionRecord, []netip.Addr{addr("10.1.1.1")})
	full[2] = 8
	if got := optionsText(full, nil); got != " Record route:\n   (10.1.1.1) <*>\n" {
		t.Errorf("a full list: %q", got)
	}
}

// The dialogue and what is said of the request are those of a published session.
func TestPingTimestamp(t *testing.T) {
	r := newFake(t, "clock timezone CET 1\n")
	r.pings = []router.PingReply{{Symbol: '!', RTT: time.Millisecond}}
	none := strings.Repeat("  Time= 01:00:00.000 CET (00000000)\n", 9)
	expect(t, "ping", asked(t, r, "1", "Timestamp, Verbose", "Timestamp", "", "Verbose", "", ""),
		"Loose, Strict, Record, Timestamp, Verbose[none]: Timestamp, Verbose\n% No such option - \"Timestamp, Verbose\""+
			"Loose, Strict, Record, Timestamp, Verbose[none]: Timestamp\nNumber of timestamps [ 9 ]: \n"+
			"Loose, Strict, Record, Timestamp, Verbose[TV]: Verbose\nLoose, Strict, Record, Timestamp, Verbose[T]: \nSweep range of sizes [n]: \n"+
			pingSent+"Packet has IP options:  Total option bytes= 40, padded length=40\n Timestamp: Type 0.  Overflows: 0 length 40, ptr 5\n"+
			"  >>Current pointer<<\n"+none+"\n!\nSuccess rate is 100 percent (1/1), round-trip min/avg/max = 1/1/1 ms\n")

	stamps := packet.AppendTimestamps(nil, 3)
	copy(stamps[2:], []byte{13, 0x20, 0x02, 0x1e, 0x4a, 0x01, 0x80, 0, 0, 1})
	r.pings = []router.PingReply{{Symbol: '!', RTT: time.Millisecond, Options: stamps}}
	got := asked(t, r, "1", "t", "3", "", "")
	_, got, _ = strings.Cut(got, "(00000000)\n\n")
	expect(t, "ping", got, "Reply to request 0 (1 ms).  Received packet has options\n Total option bytes= 16, padded length=16\n"+
		" Timestamp: Type 0.  Overflows: 2 length 16, ptr 13\n  Time= 10:52:19.457 CET (021E4A01)\n  Time=*01:00:00.001 CET (80000001)\n"+
		"  >>Current pointer<<\n  Time= 01:00:00.000 CET (00000000)\n\nSuccess rate is 100 percent (1/1), round-trip min/avg/max = 1/1/1 ms\n")
	stamps[2] = 17
	if got := optionsText(stamps, func(uint32) string { return "" }); !strings.HasSuffix(got, "(00000000)\n  >>Current pointer<<\n") {
		t.Errorf("all taken: %q", got)
	}
}

func TestPingSourceRoute(t *testing.T) {
	r := newFake(t, "")
	back := packet.PadOptions(packet.AppendRoute(nil, packet.OptionLoose, []netip.Addr{addr("10.2.2.2"), addr("10.1.1.1")}))
	back[2] = 12
	r.pings = []router.PingReply{{Symbol: '!', RTT: time.Millisecond, Options: back}}
	expect(t, "ping", asked(t, r, "1", "l", "10.1.1.1 10.2.2.2", "strict", "r", "", "t", "", ""),
		"Loose, Strict, Record, Timestamp, Verbose[none]: l\nSource route: 10.1.1.1 10.2.2.2\n"+
			"Loose, Strict, Record, Timestamp, Verbose[LV]: strict\n% There is a source route already\n"+
			"Loose, Strict, Record, Timestamp, Verbose[LV]: r\nNumber of hops [ 6 ]: \n"+
			"Loose, Strict, Record, Timestamp, Verbose[LRV]: t\n% No room for that option\n"+
			"Loose, Strict, Record, Timestamp, Verbose[LRV]: \nSweep range of sizes [n]: \n"+
			pingSent+"Packet has IP options:  Total option bytes= 38, padded length=40\n Loose source route: <*>\n   (10.1.1.1)\n   (10.2.2.2)\n"+
			" Record route: <*>\n"+strings.Repeat("   (0.0.0.0)\n", 6)+"\n"+
			"Reply to request 0 (1 ms).  Received packet has options\n Total option bytes= 12, padded length=12\n"+
			" Loose source route:\n   (10.2.2.2)\n   (10.1.1.1) <*>\n End of list\n\n"+
			"Success rate is 100 percent (1/1), round-trip min/avg/max = 1/1/1 ms\n")
	for _, route := range []string{"10.1.1.1 nobody", "1::1", strings.Repeat("10.1.1.1 ", 10)} {
		got := asked(t, r, "1", "strict", route, "", "")
		if !strings.Contains(got, "\n% Invalid source route\nLoose, Strict, Record, Timestamp, Verbose[none]: \n") || r.pinged.Options != "" {
			t.Errorf("%s: %q", route, got)
		}
	}
	asked(t, r, "1", "s", strings.Repeat("10.1.1.1 ", 9), "s", "10.2.2.2", "", "")
	if want := string(packet.PadOptions(packet.AppendRoute(nil, packet.OptionStrict, []netip.Addr{addr("10.2.2.2")}))); r.pinged.Options != want {
		t.Errorf("asked for % x, want % x", r.pinged.Options, want)
	}
}
