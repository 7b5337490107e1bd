package commands

import (
	"maps"
	"regexp"
	"strings"
	"testing"
)

// A reader is what a template of a public parser is: expressions for the lines of a page,
// one after the other, whose groups are the fields. The first expression begins a record; a line
// that none of them fits is an error.
type reader struct {
	line  string
	exprs []string
	want  []string // fields that one record has, as "name=value" by "; "
}

// read returns the records of a page.
func (p reader) read(t *testing.T, screen string) (records []map[string]string) {
	t.Helper()
	var exprs []*regexp.Regexp
	for _, e := range append(p.exprs, `\s*`) {
		exprs = append(exprs, regexp.MustCompile(`^(?:`+e+`)$`))
	}
	filled := map[string]string{} // what was read before the first record
	for l := range strings.Lines(screen) {
		l = strings.TrimRight(l, "\n")
		fits := false
		for i, e := range exprs {
			m := e.FindStringSubmatch(l)
			if m == nil {
				continue
			}
			fits = true
			if i == 0 {
				records = append(records, maps.Clone(filled))
			}
			into := filled
			if len(records) > 0 {
				into = records[len(records)-1]
			}
			for n, name := range e.SubexpNames() {
				if name != "" {
					into[name] = strings.Trim(into[name]+" "+m[n], " ")
				}
			}
			break
		}
		if !fits {
			t.Errorf("%s: %q is not understood", p.line, l)
		}
	}
	return records
}

func has(record map[string]string, fields string) bool {
	for f := range strings.SplitSeq(fields, "; ") {
		if name, v, _ := strings.Cut(f, "="); record[name] != v {
			return false
		}
	}
	return true
}

var readers = []reader{
	{"show version", []string{`(?:.*) Software \((?P<image>\S+)\), Version (?P<version>[^,]+), RELEASE SOFTWARE \((?P<release>\S+)\)`,
		`(?P<host>\S+) uptime is (?P<uptime>.+)`, `System returned to ROM by (?P<reason>.+)`, `System restarted at (?P<restarted>.+)`,
		`System image file is "(?P<file>.+)"`, `[Cc]isco (?P<model>\S+) \(.+\) with (?P<memory>\S+) bytes of memory\.`, `Processor board ID (?P<serial>\S+)`,
		`(?P<links>\d) Gigabit Ethernet interfaces?`, `Configuration register is (?P<register>\S+)`, `.*`},
		[]string{"image=CONFT-K9-M; version=15.4; release=fc1; host=R1; uptime=1 minute; reason=power-on; restarted=00:00:00 UTC Fri Mar 1 2002; " +
			"file=file:/usr/local/bin/conft; model=conft; memory=3970000K/30000K; serial=C0NF7; links=2; register=0x2102"}},
	{"show inventory", []string{`NAME: "(?P<name>.*)", DESCR: "(?P<descr>.*)"`, `PID: (?P<pid>\S+) *, VID: (?P<vid>\S+) *, SN: (?P<sn>\S+)`},
		[]string{"name=conft chassis; descr=conft router on Linux 6.12, x86_64; pid=conft; vid=x86_64; sn=C0NF7"}},
	{"show interfaces", []string{`(?P<ifc>\S+) is (?P<link>.+), line protocol is (?P<protocol>\w+)\s*`,
		`  Hardware is (?P<hardware>[\w ]+)(?:, address is (?P<mac>\S+) \(bia (?P<bia>\S+)\))?`, `  Description: (?P<description>.+)`, `  Internet address is (?P<address>\S+/\d+)`,
		`  MTU (?P<mtu>\d+) bytes, BW (?P<bw>\d+ \w+)/sec, DLY (?P<delay>\d+ usec),\s*`, `     reliability (?P<reliability>\d+/255), txload (?P<txload>\d+/255), rxload (?P<rxload>\d+/255)`,
		`  Encapsulation (?P<encapsulation>\w+), loopback not set`, `  Keepalive not set`, `  (?P<duplex>\w+) Duplex, (?P<speed>\w+), link type is auto, media type is (?P<media>.+)`,
		`  ARP type: ARPA, ARP Timeout (?P<arp>\S+)`, `  Last input (?P<in>\S+), output (?P<out>\S+), output hang (?P<hang>\S+)`, `  Last clearing of "show interface" counters (?P<cleared>\S+)`,
		`  Input queue: (?P<queue>\d+/\d+/\d+/\d+) \(size/max/drops/flushes\); Total output drops: (?P<drops>\d+)`, `  Queueing strategy: (?P<strategy>.+)`, `  Output queue: (?P<outqueue>\d+/\d+) \(size/max\)`,
		`  \d+ \w+ input rate (?P<inrate>\d+) bits/sec, (?P<inpps>\d+) packets/sec`, `  \d+ \w+ output rate (?P<outrate>\d+) bits/sec, (?P<outpps>\d+) packets/sec`,
		`     (?P<inpackets>\d+) packets input, \d+ bytes, \d+ no buffer`, `     Received \d+ broadcasts \(\d+ IP multicasts\)`, `     (?P<runts>\d+) runts, (?P<giants>\d+) giants, \d+ throttles`,
		`     (?P<inerrors>\d+) input errors, (?P<crc>\d+) CRC, (?P<frame>\d+) frame, (?P<overrun>\d+) overrun, \d+ ignored(?:, (?P<abort>\d+) abort)?`,
		`     \d+ watchdog, \d+ multicast, \d+ pause input`, `     (?P<outpackets>\d+) packets output, \d+ bytes, \d+ underruns`,
		`     (?P<outerrors>\d+) output errors, \d+ collisions, \d+ interface resets`, `     \d+ babbles, \d+ late collision, \d+ deferred`, `     \d+ lost carrier, \d+ no carrier, \d+ pause output`,
		`     \d+ output buffer failures, \d+ output buffers swapped out`},
		[]string{"ifc=GigabitEthernet0/1; link=up; protocol=up; hardware=Linux link eth0; mac=5254.0012.3456; bia=5254.0012.3456; description=uplink; address=12.12.12.1/24; mtu=1500; " +
			"bw=1000000 Kbit; delay=10 usec; encapsulation=ARPA; duplex=Full; speed=1000Mbps; media=RJ45; arp=04:00:00; in=never; strategy=fifo; outqueue=0/40; inpackets=0; crc=0; outerrors=0",
			"ifc=GigabitEthernet0/0; link=administratively down; protocol=down; address=", "ifc=Loopback0; hardware=Loopback; address=1.1.1.1/32; encapsulation=LOOPBACK; abort=0"}},
	{"show interfaces description", []string{`(?P<port>\S+) +(?P<status>up|down|admin down) +(?P<protocol>up|down) +(?P<description>\S.*)?`, `Interface +Status +Protocol Description`},
		[]string{"port=Gi0/1; status=up; protocol=up; description=uplink", "port=Gi0/0; status=admin down; protocol=down; description="}},
	{"show interfaces stats", []string{`(?P<ifc>[A-Z]\S+\d)`, `Interface (?P<disabled>\S+) is disabled`, ` +Switching path +Pkts In +Chars In +Pkts Out +Chars Out`,
		` +Total +(?P<in>\d+) +(?P<inchars>\d+) +(?P<out>\d+) +(?P<outchars>\d+)`}, []string{"ifc=GigabitEthernet0/1; in=0; inchars=0; out=0; outchars=0"}},
	{"show ip interface", []string{`(?P<ifc>\S+) is (?P<link>.+), line protocol is (?P<protocol>\w+)`, `  Internet address is (?P<address>\S+)/(?P<bits>\d+)`, `  MTU is (?P<mtu>\d+) bytes`,
		`  Outgoing access list is (?P<out>.+)`, `  Inbound  access list is (?P<in>.+)`, `  Network address translation is (?P<nat>.+)`,
		`  (?:Internet protocol|Broadcast|Address determined|Helper|Directed|Secondary|Proxy|Local Proxy|ICMP|Router|IP output|IP access|TCP/IP|RTP/IP|Policy) .+`},
		[]string{"ifc=GigabitEthernet0/1; link=up; protocol=up; address=12.12.12.1; bits=24; mtu=1500; out=not set; in=not set; nat=enabled, interface in domain outside",
			"ifc=GigabitEthernet0/0; link=administratively down; address="}},
	{"show ip interface brief", []string{`(?P<ifc>\S+\d) +(?P<address>\S+) +YES +(?P<method>\w+) +(?P<status>up|down|administratively down) +(?P<protocol>up|down) *`,
		`Interface +IP-Address +OK\? Method Status +Protocol`},
		[]string{"ifc=GigabitEthernet0/1; address=12.12.12.1; method=NVRAM; status=up; protocol=up", "ifc=GigabitEthernet0/0; address=unassigned; method=unset; status=administratively down; protocol=down"}},
	{"show processes cpu", []string{` *(?P<pid>\d+) +(?P<runtime>\d+) +(?P<invoked>\d+) +(?P<usecs>\d+) +(?P<s5>[\d.]+)% +(?P<m1>[\d.]+)% +(?P<m5>[\d.]+)% +(?P<tty>\d+) (?P<process>\S.*?) *`,
		`CPU utilization for five seconds: (?P<cpu5>\d+)%/(?P<interrupt>\d+)%; one minute: (?P<cpu1m>\d+)%; five minutes: (?P<cpu5m>\d+)%`, ` PID Runtime\(ms\) +Invoked +uSecs +5Sec +1Min +5Min TTY Process *`},
		[]string{"cpu5=12; interrupt=1; cpu1m=9; cpu5m=1; pid=1203; runtime=5000; invoked=1000; usecs=5000; s5=2.05; m1=0.04; m5=0.00; process=conft"}},
	{"show processes memory sorted", []string{` *(?P<pid>\d+) +(?P<tty>\d+) +(?P<allocated>\d+) +(?P<freed>\d+) +(?P<holding>\d+) +\d+ +\d+ (?P<process>.+?) *`,
		`Processor Pool Total: +(?P<total>\d+) Used: +(?P<used>\d+) Free: +(?P<free>\d+)`, ` PID TTY +Allocated +Freed +Holding +Getbufs +Retbufs Process`, ` +\d+ Total`},
		[]string{"total=4096000000; used=1000000000; free=3096000000; pid=7; allocated=5000; freed=3000; holding=2000; process=conft"}},
	{"show memory statistics", []string{` *(?P<pool>\S+) +[\dA-F]+ +(?P<total>\d+) +(?P<used>\d+) +(?P<free>\d+) +(?P<lowest>\d+) +(?P<largest>\d+)`, ` +Head +Total\(b\) +Used\(b\) +Free\(b\) +Lowest\(b\) +Largest\(b\)`},
		[]string{"pool=Processor; total=4096000000; used=1000000000; free=3096000000"}},
	{"show clock", []string{`[*.]?(?P<time>\d+:\d+:\d+\.\d+) (?P<zone>\w+) (?P<day>\w+) (?P<month>\w+) (?P<date>\d+) (?P<year>\d+)`}, []string{"time=00:01:43.499; zone=UTC; day=Fri; month=Mar; date=1; year=2002"}},
	{"show arp", []string{`(?P<protocol>Internet) +(?P<address>\S+) +(?P<age>\S+) +(?P<mac>\S+) +(?P<type>ARPA) +(?P<ifc>\S+)`, `Protocol  Address          Age \(min\)  Hardware Addr   Type   Interface`},
		[]string{"address=12.12.12.1; age=-; mac=0200.0000.0001; ifc=GigabitEthernet0/1", "address=12.12.12.2; age=3; mac=0200.0000.0001; ifc=GigabitEthernet0/1"}},
	{"show ip route", []string{`(?P<code>\w)(?:\s|\*) *(?P<net>[\d.]+)(?:/(?P<bits>\d+))? (?:\[(?P<distance>\d+)/(?P<metric>\d+)\] via (?P<hop>[\d.]+)|is directly connected, (?P<ifc>\S+))`,
		` +(?P<block>\S+) is (?:variably )?subnetted, .+`, `Gateway of last resort is (?P<gateway>\S+) to network \S+`, `Codes: .*`, `       [A-Za-z+]+\d? - .*`},
		[]string{"gateway=12.12.12.2; code=S; net=0.0.0.0; bits=0; distance=1; metric=0; hop=12.12.12.2", "code=C; net=12.12.12.0; ifc=GigabitEthernet0/1"}},
	{"show access-lists", []string{` +(?P<seq>\d+) (?P<action>permit|deny) +(?:(?P<protocol>ip) (?P<source>[\d.]+) (?P<wild>[\d.]+) (?P<to>[\d.]+) (?P<towild>[\d.]+)|(?P<standard>\S+?)(?:, wildcard bits (?P<bits>\S+))?)(?: \((?P<matches>\d+) match(?:es)?\))?`,
		`(?P<kind>Standard|Extended) IP access list (?P<name>\S+)`},
		[]string{"seq=10; action=permit; protocol=ip; source=10.1.1.0; wild=0.0.0.255; to=20.1.1.0; towild=0.0.0.255; matches=4", "seq=10; standard=10.1.1.0; bits=0.0.0.255"}},
	{"show users", []string{`(?P<me>[* ]) *(?P<tty>\d+) (?P<kind>con|vty) (?P<number>\d+) +(?P<user>\S*) +(?P<hosts>idle) +(?P<idle>\S+) *(?P<from>\S*)`, ` +Line +User +Host\(s\) +Idle +Location`, ` +Interface +User +Mode +Idle +Peer Address`},
		[]string{"tty=2; kind=vty; number=0; user=admin1; idle=00:01:00; from=10.1.1.100", "tty=0; kind=con; number=0"}},
	{"show hosts summary", []string{`Default domain is (?P<domain>\S+)`, `Name servers are (?P<servers>.+)`, `Local cache entries: (?P<local>\d+)`, `Dynamic cache entries: (?P<dynamic>\d+)`},
		[]string{"domain=lab; servers=10.0.0.53; local=1; dynamic=1"}},
	{"dir", []string{` *(?P<id>\d+) +(?P<mode>\S+) +(?P<size>\d+) +(?P<time>.+?) +(?P<name>\S+)`, `Directory of (?P<fs>\S+)`, `(?P<total>\d+) bytes total \((?P<free>\d+) bytes free\)`},
		[]string{"fs=flash:/; mode=-rw-; size=12; name=a1.cfg"}},
	{"show aliases", []string{`  (?P<alias>\S+) +(?P<command>\S.*)`, `Exec mode aliases:`}, []string{"alias=sps; command=show ip interface brief"}},
	{"show tcp brief all", []string{`(?P<tcb>[\dA-F]{8})  (?P<local>\S+)\.(?P<port>\d+) +(?P<foreign>\S+) +(?P<state>\w+)`, `TCB +Local Address +Foreign Address +\(state\)`},
		[]string{"tcb=00006A01; local=10.1.1.1; port=22; foreign=10.1.1.100.49152; state=ESTAB"}},
	{"show ip nat translations", []string{`(?P<protocol>tcp|udp|icmp|---) +(?P<ig>[\d.]+):(?P<igport>\d+) +(?P<il>[\d.]+):(?P<ilport>\d+) +(?:---|(?P<ol>[\d.]+):(?P<olport>\d+)) +(?:---|(?P<og>[\d.]+):(?P<ogport>\d+))`,
		`Pro Inside global      Inside local       Outside local      Outside global`},
		[]string{"protocol=tcp; ig=12.12.12.97; igport=51776; il=10.1.1.8; ilport=51776; ol=23.23.23.3; olport=21; og=23.23.23.3; ogport=21", "protocol=tcp; ig=12.12.12.9; igport=8080; il=10.1.1.8; ilport=80; ol="}},
	{"show crypto isakmp sa", []string{`(?P<dst>\d\S+) +(?P<src>\S+) +(?P<state>\S+) +(?P<conn>\d+) (?P<status>\S+)`, `IPv[46] Crypto ISAKMP SA`, `dst +src +state +conn-id status`},
		[]string{"dst=23.23.23.3; src=12.12.12.1; state=QM_IDLE; conn=1; status=ACTIVE"}},
	{"show crypto ipsec sa detail", []string{` +spi: (?P<spi>0x[\dA-F]+)\((?P<decimal>\d+)\)`, `interface: (?P<ifc>\S+)`, `    Crypto map tag: (?P<map>\S+), local addr (?P<local>\S+)`, `   protected vrf: (?P<vrf>\S+)`,
		`   local  ident \(addr/mask/prot/port\): \((?P<localident>\S+)\)`, `   remote ident \(addr/mask/prot/port\): \((?P<remoteident>\S+)\)`, `   current_peer (?P<peer>\S+) port (?P<port>\d+)`, `     (?P<action>PERMIT), flags=\{(?P<flags>\S*)\}`,
		`    #pkts encaps: (?P<encaps>\d+), #pkts encrypt: \d+, #pkts digest: \d+`, `    #pkts decaps: (?P<decaps>\d+), #pkts decrypt: \d+, #pkts verify: \d+`, `    #{1,2}pkts .*\d`,
		`     local crypto endpt\.: (?P<endpoint>\S+), remote crypto endpt\.: (?P<farpoint>\S+)`, `     plaintext mtu (?P<plain>\d+), path mtu (?P<path>\d+), ip mtu (?P<ipmtu>\d+), ip mtu idb (?P<idb>\S+)`,
		`     current outbound spi: (?P<outspi>0x[\dA-F]+)\(\d+\)`, `     PFS \(Y/N\): (?P<pfs>[YN]), DH group: (?P<group>\S+)`, `     (?P<way>in|out)bound (?P<kind>esp|ah|pcp) sas:`,
		`        transform: (?P<transform>.+) ,`, `        in use settings =\{(?P<settings>.+), \}`, `        conn id: (?P<conn>\d+), flow_id: (?P<flow>\S+), sibling_flags \S+, crypto map: (?P<samap>\S+)`,
		`        sa timing: remaining key lifetime \(k/sec\): \((?P<kb>\d+)/(?P<sec>\d+)\)`, `        IV size: (?P<iv>\d+) bytes`, `        replay detection support: (?P<replay>[YN])(?:  replay window size: (?P<window>\d+))?`, `        Status: (?P<status>\S+)`},
		[]string{"ifc=GigabitEthernet0/1; map=cisco; local=12.12.12.1; peer=23.23.23.3; port=500; localident=10.1.1.0/255.255.255.0/0/0; encaps=4; plain=1446; outspi=0x5CB00AAB; pfs=N; " +
			"spi=0xAB; decimal=171; transform=esp-des esp-md5-hmac; settings=Tunnel; conn=2001; flow=SW:1; kb=4607999; sec=3590; iv=8; replay=Y; window=64; status=ACTIVE(ACTIVE)",
			"spi=0x5CB00AAB; conn=2002; flow=SW:2; samap=cisco"}},
	{"show crypto session detail", []string{`Interface: (?P<ifc>\S+)`, `Crypto session current status`, `(?:Code:|[KXRS] -) .*`, `Uptime: (?P<uptime>\S+)`, `Session status: (?P<status>\S+) *`,
		`Peer: (?P<peer>\S+) port (?P<port>\d+) fvrf: (?P<fvrf>\S+) ivrf: (?P<ivrf>\S+)`, `      Phase1_id: (?P<id>.+)`, `      Desc: (?P<description>.+)`, `  Session ID: (?P<session>\d+) *`,
		`  IKEv1 SA: local (?P<local>\S+)/500 remote (?P<remote>\S+)/500 (?P<ike>\S+) *`, `          Capabilities:(?P<capabilities>\S+) connid:(?P<conn>\d+) lifetime:(?P<life>\S+)`,
		`  IPSEC FLOW: permit (?P<protocol>\S+) (?P<from>\S+)/(?P<frommask>\S+) (?P<to>\S+)/(?P<tomask>\S+) *`, `        Active SAs: (?P<sas>\d+), origin: (?P<origin>.+)`, `        (?:In|Out)bound: +#pkts (?:enc|dec)'ed \d+ drop \d+ life \(KB/Sec\) \d+/\d+`},
		[]string{"ifc=GigabitEthernet0/1; uptime=01:00:00; status=UP-ACTIVE; peer=23.23.23.3; port=500; fvrf=(none); id=23.23.23.3; local=12.12.12.1; remote=23.23.23.3; ike=Active; " +
			"capabilities=D; conn=1; life=23:59:59; protocol=ip; from=10.1.1.0; frommask=255.255.255.0; to=20.1.1.0; sas=2; origin=crypto map"}},
}

// What templates of public parsers take from a page is there, and equals what the router
// is in; nothing on the page is foreign to them.
func TestPagesAreRead(t *testing.T) {
	r := branch(t, "15.4")
	for _, p := range readers {
		records := p.read(t, run(t, r, p.line))
		for _, want := range p.want {
			found := false
			for _, record := range records {
				found = found || has(record, want)
			}
			if !found {
				t.Errorf("%s: no record has %s in\n%q", p.line, want, records)
			}
		}
	}
}

// Ansible takes the first and the third of the numbers that have a blank on either side.
func TestMemoryForAnsible(t *testing.T) {
	for line := range strings.Lines(run(t, branch(t, "15.4"), "show memory statistics")) {
		if !strings.Contains(line, "Processor") {
			continue
		}
		numbers := regexp.MustCompile(`\s(\d+)\s`).FindAllStringSubmatch(line, -1)
		if len(numbers) < 3 || numbers[0][1] != "4096000000" || numbers[2][1] != "3096000000" {
			t.Errorf("%q is read as %q", line, numbers)
		}
	}
}
