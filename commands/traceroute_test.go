package commands

import (
	"context"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"conft/internal/packet"
	"conft/internal/reftest"
	"conft/internal/router"
)

// The hops of the captures, read into replies, come out as they went in.
func TestTracerouteLikeCaptures(t *testing.T) {
	probe := regexp.MustCompile(`\d+\.\d+\.\d+\.\d+|(\d+) msec|\*|![HNPAQ]`)
	for _, file := range []string{"01", "03", "04", "06"} {
		capture := trimLines(reftest.Open(t, "show/traceroute/"+file+".txt"))
		_, want, _ := strings.Cut(capture, "vrf out name/id)\n")
		var replies []router.TraceReply
		var from netip.Addr
		ttl := 0
		for l := range strings.Lines(want) {
			if n, err := strconv.Atoi(strings.TrimSpace(l[:3])); err == nil {
				ttl, from = n, netip.Addr{}
			}
			for _, m := range probe.FindAllStringSubmatch(l[3:], -1) {
				p := router.TraceReply{TTL: ttl, From: from}
				switch {
				case m[1] != "":
					ms, _ := strconv.Atoi(m[1])
					p.RTT = time.Duration(ms) * time.Millisecond
				case m[0] == "*":
					p.From = netip.Addr{}
				case m[0][0] == '!':
					p.Symbol = m[0]
				default:
					from = netip.MustParseAddr(m[0])
					continue
				}
				replies = append(replies, p)
			}
		}
		if len(replies) < 3 {
			t.Fatalf("%s: only %d probes", file, len(replies))
		}
		var got strings.Builder
		var line traceLine
		for i, p := range replies {
			p.Last = i == len(replies)-1 || replies[i+1].TTL != p.TTL
			got.WriteString(line.add(p))
		}
		if got := trimLines(got.String()); strings.TrimRight(got, "\n") != strings.TrimRight(want, "\n") {
			t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
		}
	}
}

func TestTraceroute(t *testing.T) {
	r := newFake(t, "interface g0/0\nip address 10.1.1.1 255.255.255.0\n")
	r.trace = []router.TraceReply{
		{TTL: 1, From: addr("10.1.1.2"), RTT: 1600 * time.Microsecond}, {TTL: 1, From: addr("10.1.1.2")}, {TTL: 1, Last: true},
		{TTL: 2}, {TTL: 2, From: addr("12.12.12.2"), Symbol: "!A"}, {TTL: 2, Last: true},
	}
	const hops = "  1 10.1.1.2 2 msec 0 msec * \n  2  * 12.12.12.2 !A  * \n"
	const head = "Type escape sequence to abort.\nTracing the route to 20.1.1.1\n"
	expect(t, "traceroute 20.1.1.1", run(t, r, "traceroute 20.1.1.1"), head+"\n"+hops)
	if want := (router.TraceRequest{Target: addr("20.1.1.1"), Timeout: 3 * time.Second, Probes: 3, MinTTL: 1, MaxTTL: 30, Port: 33434}); r.traced != want {
		t.Errorf("asked for %+v", r.traced)
	}
	r.config.Version = "15.2"
	const vrf = "VRF info: (vrf in name/id, vrf out name/id)\n"
	expect(t, "traceroute", run(t, r, "traceroute ip 20.1.1.1 numeric ttl 2 9 port 40000 probe 1 timeout 1 source g0/0"), head+vrf+hops)
	if want := (router.TraceRequest{Target: addr("20.1.1.1"), Source: addr("10.1.1.1"), Timeout: time.Second, Probes: 1, MinTTL: 2, MaxTTL: 9, Port: 40000}); r.traced != want {
		t.Errorf("asked for %+v", r.traced)
	}
	expect(t, "traceroute", run(t, r, "traceroute", "", "20.1.1.1", "10.1.1.1", "y", "2", "1", "3", "4", "34000", ""),
		"Protocol [ip]: \nTarget IP address: 20.1.1.1\nSource address: 10.1.1.1\nNumeric display [n]: y\nTimeout in seconds [3]: 2\n"+
			"Probe count [3]: 1\nMinimum Time to Live [1]: 3\nMaximum Time to Live [30]: 4\nPort Number [33434]: 34000\n"+
			"Loose, Strict, Record, Timestamp, Verbose[none]: \n"+head+vrf+hops)
	if want := (router.TraceRequest{Target: addr("20.1.1.1"), Source: addr("10.1.1.1"), Timeout: 2 * time.Second, Probes: 1, MinTTL: 3, MaxTTL: 4, Port: 34000}); r.traced != want {
		t.Errorf("asked for %+v", r.traced)
	}
	for line, want := range map[string]string{
		"traceroute www.example.com":           "% Unrecognized host or address, or protocol not running.",
		"traceroute 20.1.1.1 source 9.9.9.9":   "% Invalid source address- IP address not on any of our up interfaces",
		"traceroute 20.1.1.1 source f0/0":      "% Invalid source interface - IP not enabled or interface is down",
		"traceroute 20.1.1.1 ttl 5 4":          "",
		"traceroute 20.1.1.1 source loopback7": "",
	} {
		if _, err := try(r, line); err == nil || want != "" && err.Error() != want {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
}

// The IP options of the answers stand behind each probe.
func TestTracerouteOptions(t *testing.T) {
	r := newFake(t, "")
	route := packet.PadOptions(packet.AppendRoute(nil, packet.OptionRecord, []netip.Addr{addr("10.1.1.1"), addr("0.0.0.0")}))
	route[2] = 8
	r.trace = []router.TraceReply{
		{TTL: 1, From: addr("10.1.1.2"), Options: route}, {TTL: 1}, {TTL: 1, From: addr("10.1.1.2"), Last: true, Options: route},
		{TTL: 2, From: addr("12.12.12.2")}, {TTL: 2, From: addr("12.12.12.2"), Options: route}, {TTL: 2, From: addr("12.12.12.2"), Last: true},
	}
	const options = "Received packet has options\n Total option bytes= 12, padded length=12\n Record route:\n   (10.1.1.1) <*>\n   (0.0.0.0)\n End of list\n\n"
	const hops = "  1 10.1.1.2 0 msec\n" + options + "     * 10.1.1.2 0 msec\n" + options +
		"  2 12.12.12.2 0 msec 0 msec\n" + options + "    12.12.12.2 0 msec\n"
	got := run(t, r, "traceroute ip", "20.1.1.1", "", "", "", "", "", "", "", "record", "2", "")
	expect(t, "traceroute ip", got, "Target IP address: 20.1.1.1\nSource address: \nNumeric display [n]: \nTimeout in seconds [3]: \n"+
		"Probe count [3]: \nMinimum Time to Live [1]: \nMaximum Time to Live [30]: \nPort Number [33434]: \n"+
		"Loose, Strict, Record, Timestamp, Verbose[none]: record\nNumber of hops [ 9 ]: 2\nLoose, Strict, Record, Timestamp, Verbose[RV]: \n"+
		"Type escape sequence to abort.\nTracing the route to 20.1.1.1\n\n"+hops)
	if want := string(packet.PadOptions(packet.AppendRecord(nil, 2))); r.traced.Options != want {
		t.Errorf("asked for % x", r.traced.Options)
	}
	got = run(t, r, "traceroute ip", "20.1.1.1", "", "", "", "", "", "", "", "record", "2", "v", "")
	if strings.Contains(got, "Received") || !strings.HasSuffix(got, "\n  1 10.1.1.2 0 msec *  0 msec\n  2 12.12.12.2 0 msec 0 msec 0 msec\n") {
		t.Errorf("not verbose:\n%s", got)
	}
}

// An interrupted line is ended.
func TestTracerouteInterrupted(t *testing.T) {
	r := newFake(t, "")
	ctx, cancel := context.WithCancel(context.Background())
	r.trace = []router.TraceReply{{TTL: 1, From: addr("10.1.1.2")}, {TTL: 1, Last: true}}
	r.afterProbe = cancel
	var screen fakeTerminal
	if err := runTrace(ctx, r, &screen, router.TraceRequest{Target: addr("20.1.1.1")}, false); err != nil {
		t.Error(err)
	}
	expect(t, "traceroute", screen.String(), "Type escape sequence to abort.\nTracing the route to 20.1.1.1\n\n  1 10.1.1.2 0 msec\n")
}
