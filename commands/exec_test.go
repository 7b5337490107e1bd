package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/internal/aaa"
	"conft/internal/config"
	"conft/internal/flash"
	"conft/internal/pki"
	"conft/internal/router"
	"conft/internal/seat"
	"conft/shell/grammar"
)

// fakeRouter has a configuration and snapshots; it writes down what it is told.
type fakeRouter struct {
	seats         *seat.Table
	sshKey        *pki.KeyPair
	config        *config.Config
	startup       []byte
	nvramErr      error
	interfaces    []router.InterfaceState
	routes        []router.RouteState
	static        []router.StaticRoute
	arp           []router.ARPEntry
	statistics    map[string]uint64
	lists         []router.ACLState
	listsAt       []router.ACLState // of interfaces
	failures      []router.IKEFailure
	isakmp        []router.ISAKMPSA
	idents        []router.IPsecIdent
	hub           *debug.Hub
	clock         *fixedClock
	pings         []router.PingReply
	pinged        router.PingRequest
	trace         []router.TraceReply
	traced        router.TraceRequest
	afterProbe    func()
	pki           *pki.Store
	crls          []pki.KeptCRL
	watch         aaa.Watch
	loginFailures []aaa.Failure
	did           []string
	drops         router.CryptoDrops
	nat           router.NATState
	files         fakeFiles
	stamps        [2]router.ConfigStamps
}

func newFake(t *testing.T, text string) *fakeRouter {
	clock := &fixedClock{now: time.Date(2002, 3, 1, 0, 1, 43, 499e6, time.UTC), mark: '*', uptime: 103 * time.Second}
	store, err := pki.Open(memory{}, func() {})
	if err != nil {
		t.Fatal(err)
	}
	files, err := flash.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	return &fakeRouter{config: load(t, text), clock: clock, hub: debug.NewHub(clock), pki: store, files: fakeFiles{flash: files}}
}

// memory is nvram without a file.
type memory map[string][]byte

func (m memory) Get(key string) ([]byte, bool, error) { v, ok := m[key]; return v, ok, nil }
func (m memory) Put(key string, value []byte) error   { m[key] = slices.Clone(value); return nil }
func (m memory) Delete(key string) error              { delete(m, key); return nil }
func (m memory) Keys(prefix string) (keys []string, _ error) {
	for k := range m {
		if strings.HasPrefix(k, prefix) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys, nil
}

func (r *fakeRouter) PKI() *pki.Store     { return r.pki }
func (r *fakeRouter) CRLs() []pki.KeptCRL { return r.crls }
func (r *fakeRouter) Watch() aaa.Watch    { return r.watch }
func (r *fakeRouter) LoginFailures() ([]aaa.Failure, int) {
	return r.loginFailures, r.watch.Total
}
func (r *fakeRouter) ForgetCRLs() { r.did = append(r.did, "forget CRLs") }

func (r *fakeRouter) Config() *config.Config              { return r.config }
func (r *fakeRouter) Startup() ([]byte, error)            { return r.startup, nil }
func (r *fakeRouter) NVRAMSize() int                      { return 262136 }
func (r *fakeRouter) Interfaces() []router.InterfaceState { return slices.Clone(r.interfaces) }
func (r *fakeRouter) Routes() []router.RouteState         { return r.routes }
func (r *fakeRouter) StaticRoutes() []router.StaticRoute  { return r.static }
func (r *fakeRouter) ARP() []router.ARPEntry              { return slices.Clone(r.arp) }
func (r *fakeRouter) ClearCounters(ifc string)            { r.did = append(r.did, "clear interface "+ifc) }
func (r *fakeRouter) Statistics() map[string]uint64       { return r.statistics }
func (r *fakeRouter) ClearARP(only netip.Addr) {
	r.did = append(r.did, strings.TrimSuffix("clear arp "+only.String(), " invalid IP"))
}
func (r *fakeRouter) AccessLists() []router.ACLState   { return r.lists }
func (r *fakeRouter) ISAKMPSAs() []router.ISAKMPSA     { return r.isakmp }
func (r *fakeRouter) IKEFailures() []router.IKEFailure { return r.failures }
func (r *fakeRouter) IPsecIdents() []router.IPsecIdent { return slices.Clone(r.idents) }
func (r *fakeRouter) CryptoDrops() router.CryptoDrops  { return r.drops }
func (r *fakeRouter) NAT() router.NATState             { return r.nat }
func (r *fakeRouter) Hub() *debug.Hub                  { return r.hub }
func (r *fakeRouter) Clock() debug.Clock               { return r.clock }
func (r *fakeRouter) Reload()                          { r.did = append(r.did, "reload") }
func (r *fakeRouter) InterfaceLists(name string) (in, out *router.ACLState) {
	for i, l := range r.listsAt {
		switch ifc := r.config.Interface(name); l.List.Name {
		case ifc.AccessIn:
			in = &r.listsAt[i]
		case ifc.AccessOut:
			out = &r.listsAt[i]
		}
	}
	return in, out
}
func (r *fakeRouter) ClearAccessListCounters(name string) {
	r.did = append(r.did, "clear counters "+name)
}
func (r *fakeRouter) ClearNATStatistics() error {
	r.did = append(r.did, "clear nat statistics")
	return nil
}
func (r *fakeRouter) ClearTranslations(del func(router.Translation) bool) error {
	r.nat.Flows = slices.DeleteFunc(r.nat.Flows, func(t router.Translation) bool { return del == nil || del(t) })
	return nil
}
func (r *fakeRouter) ClearSA(s router.SASelection) {
	if s == (router.SASelection{Peer: s.Peer}) {
		r.did = append(r.did, "clear sa "+s.Peer.String())
		return
	}
	r.did = append(r.did, fmt.Sprintf("clear sa map %q, to %v SPI %#x AH %v", s.Map, s.To, s.SPI, s.AH))
}
func (r *fakeRouter) ClearSACounters()     { r.did = append(r.did, "clear sa counters") }
func (r *fakeRouter) SetClock(t time.Time) { r.clock = &fixedClock{now: t} }
func (r *fakeRouter) ClearISAKMP(id uint32) {
	r.did = append(r.did, "clear isakmp "+plural(int(id), "SA"))
}

func (r *fakeRouter) SaveStartup(text []byte, _ debug.Origin) error {
	if r.nvramErr == nil {
		r.startup = text
	}
	return r.nvramErr
}

func (r *fakeRouter) EraseStartup() error {
	r.startup = nil
	return nil
}

func (r *fakeRouter) SystemState() router.SystemState {
	return router.SystemState{Release: "0.1.0 (abcdef)", Built: "2026-11-23 with go1.26", Image: "/usr/local/bin/conft", Machine: "x86_64",
		Kernel: "Linux 6.12", Board: "C0NF7", MemoryKB: 4000000, UsedKB: 30000, NVRAMKB: 256, Returned: "power-on"}
}

func (r *fakeRouter) Ping(ctx context.Context, p router.PingRequest, each func(router.PingReply)) error {
	r.pinged = p
	for _, reply := range r.pings {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		each(reply)
	}
	return nil
}

func (r *fakeRouter) Traceroute(ctx context.Context, q router.TraceRequest, each func(router.TraceReply)) error {
	r.traced = q
	for _, p := range r.trace {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		each(p)
		if r.afterProbe != nil {
			r.afterProbe()
		}
	}
	return nil
}

func (r *fakeRouter) Seats() *seat.Table {
	if r.seats == nil {
		r.seats = seat.NewTable()
	}
	return r.seats
}
func (r *fakeRouter) SSHKey() *pki.KeyPair { return r.sshKey }

// fakeTerminal records the screen and answers questions in turn.
type fakeTerminal struct {
	strings.Builder
	answers  []string
	rights   *grammar.Rights
	announce func(io.Writer)
}

func (t *fakeTerminal) Announce(f func(io.Writer)) { t.announce = f }

func (t *fakeTerminal) Configure(context.Context) error {
	t.WriteString("(config)#\n")
	return nil
}

func (t *fakeTerminal) Rights() *grammar.Rights { return t.rights }

func (t *fakeTerminal) Origin() debug.Origin { return debug.Origin{Line: "console"} }

func (t *fakeTerminal) Ask(_ context.Context, prompt string) (string, error) {
	t.WriteString(prompt)
	if len(t.answers) == 0 {
		return "", errors.New("nobody answers")
	}
	answer := t.answers[0]
	t.answers = t.answers[1:]
	t.WriteString(answer + "\n")
	return answer, nil
}

func (t *fakeTerminal) Paste(ctx context.Context) (string, error) {
	var lines []string
	for len(t.answers) > 0 {
		line := t.answers[0]
		t.answers = t.answers[1:]
		if line == "" || line == "quit" {
			break
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n"), nil
}

func (t *fakeTerminal) Confirm(ctx context.Context, prompt string) (bool, error) {
	answer, err := t.Ask(ctx, prompt)
	return answer == "" || answer == "y", err
}

// run types an EXEC line at privilege level 15 and returns the screen.
func run(t *testing.T, r *fakeRouter, line string, answers ...string) string {
	t.Helper()
	screen, err := try(r, line, answers...)
	if err != nil {
		t.Errorf("%s: %v", line, err)
	}
	return screen
}

func try(r *fakeRouter, line string, answers ...string) (string, error) {
	term := &fakeTerminal{answers: answers}
	err := tryOn(term, r, line)
	return term.String(), err
}

func tryOn(term *fakeTerminal, r *fakeRouter, line string) error {
	call, err := grammar.NewExec("Exec commands:", Exec(r)...).Match(line, 15)
	if err != nil {
		return err
	}
	return call.Run(context.Background(), term)
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s prints\n%s\nwant\n%s", what, got, want)
	}
}

func TestSavingAndErasing(t *testing.T) {
	r := newFake(t, "hostname R1\n")
	text := Text(r.config)
	expect(t, "show startup-config", run(t, r, "show startup-config"), "startup-config is not present\n")
	const saved = "Building configuration...\n[OK]\n"
	for line, want := range map[string]string{
		"write":      saved,
		"wr mem":     saved,
		"copy run s": "Destination filename [startup-config]? \n" + saved,
	} {
		r.startup = nil
		expect(t, line, run(t, r, line, ""), want)
		if string(r.startup) != text {
			t.Errorf("%s saved %q", line, r.startup)
		}
	}
	expect(t, "show startup-config", run(t, r, "show startup-config"), fmt.Sprintf("Using %d out of 262136 bytes\n%s\n", len(text), text))
	expect(t, "write terminal", run(t, r, "write terminal"), run(t, r, "show running-config"))

	r.nvramErr = errors.New("disk full")
	if screen, err := try(r, "write"); err == nil || err.Error() != "%Error writing nvram: Disk full" || strings.Contains(screen, "OK") {
		t.Errorf("write to a full disk: %q, %v", screen, err)
	}
	if _, err := try(r, "copy nvram:startup-config startup-config", ""); err == nil || err.Error() != "%Error opening startup-config (Disk full)" {
		t.Errorf("copy to a full disk: %v", err)
	}
	const question = "Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]"
	expect(t, "write erase, declined", run(t, r, "write erase", "n"), question+"n\n")
	if r.startup == nil {
		t.Error("a declined write erase erased")
	}
	for _, line := range []string{"write erase", "erase startup-config", "erase nvram:"} {
		r.startup = []byte(text)
		expect(t, line, run(t, r, line, ""), question+"\n[OK]\nErase of nvram: complete\n")
		if r.startup != nil {
			t.Errorf("%s left the startup configuration", line)
		}
	}
	if log := r.hub.Buffer(); !strings.HasSuffix(log[len(log)-1], "%SYS-7-NV_BLOCK_INIT: Initialized the geometry of nvram") {
		t.Errorf("log: %q", log)
	}
}

func TestReload(t *testing.T) {
	const save, proceed = "System configuration has been modified. Save? [yes/no]: ", "Proceed with reload? [confirm]"
	r := newFake(t, "hostname R1\n")
	expect(t, "reload", run(t, r, "reload", "maybe", "yes", ""),
		save+"maybe\n% Please answer 'yes' or 'no'.\n"+save+"yes\nBuilding configuration...\n[OK]\n"+proceed+"\n")
	if !slices.Equal(r.did, []string{"reload"}) || string(r.startup) != Text(r.config) {
		t.Errorf("did %q, saved %q", r.did, r.startup)
	}
	if log := r.hub.Buffer(); !strings.HasSuffix(log[0], "%SYS-5-RELOAD: Reload requested by console. Reload Reason: Reload Command.") {
		t.Errorf("log: %q", log)
	}
	expect(t, "reload of what is saved", run(t, r, "reload", "n"), proceed+"n\n")
	if len(r.did) != 1 {
		t.Error("a declined reload reloads")
	}
	r.startup = nil
	expect(t, "reload without saving", run(t, r, "reload", "no", "y"), save+"no\n"+proceed+"y\n")
	if r.startup != nil || len(r.did) != 2 {
		t.Errorf("did %q, saved %q", r.did, r.startup)
	}
}

func TestClear(t *testing.T) {
	r := newFake(t, "")
	for _, line := range []string{"clear crypto sa", "clear crypto sa peer 1.2.3.4", "clear crypto sa map M",
		"clear crypto sa entry 1.2.3.4 esp 0x1234", "clear crypto sa entry 1.2.3.4 ah 4660", "clear crypto sa counters", "clear crypto isakmp", "clear cry isa 1", "clear access-list counters", "clear ip access-list counters 101"} {
		expect(t, line, run(t, r, line), "")
	}
	want := []string{"clear sa invalid IP", "clear sa 1.2.3.4", `clear sa map "M", to invalid IP SPI 0x0 AH false`,
		`clear sa map "", to 1.2.3.4 SPI 0x1234 AH false`, `clear sa map "", to 1.2.3.4 SPI 0x1234 AH true`, "clear sa counters", "clear isakmp 0 SAs", "clear isakmp 1 SA", "clear counters ", "clear counters 101"}
	if !slices.Equal(r.did, want) {
		t.Errorf("did %q", r.did)
	}
	r.hub.Emit(debug.SysNVRAM{})
	expect(t, "clear logging", run(t, r, "clear logging", "n"), "Clear logging buffer [confirm]n\n")
	if len(r.hub.Buffer()) != 1 {
		t.Error("a declined clear cleared")
	}
	run(t, r, "clear logging", "")
	if len(r.hub.Buffer()) != 0 {
		t.Error("the buffer was not cleared")
	}
}

func TestDebug(t *testing.T) {
	r := newFake(t, "")
	expect(t, "show debugging", run(t, r, "show debugging"), "")
	expect(t, "debug crypto isakmp", run(t, r, "debug crypto isakmp"), "Crypto ISAKMP debugging is on\n")
	expect(t, "debug crypto ipsec", run(t, r, "deb cry ips"), "Crypto IPSEC debugging is on\n")
	expect(t, "show debugging", run(t, r, "show debugging"), "\nCryptographic Subsystem:\n  Crypto ISAKMP debugging is on\n  Crypto IPSEC debugging is on\n")
	expect(t, "no debug crypto isakmp", run(t, r, "no debug crypto isakmp"), "Crypto ISAKMP debugging is off\n")
	if r.hub.Flags() != debug.FlagIPsec {
		t.Errorf("flags %b", r.hub.Flags())
	}
	for _, line := range []string{"undebug all", "u all", "no debug all"} {
		r.hub.TurnOn(debug.FlagISAKMP)
		expect(t, line, run(t, r, line), "All possible debugging has been turned off\n")
		if r.hub.Flags() != 0 {
			t.Errorf("%s leaves %b", line, r.hub.Flags())
		}
	}
	run(t, r, "debug all", "yes")
	expect(t, "undebug crypto ipsec", run(t, r, "undebug crypto ipsec"), "Crypto IPSEC debugging is off\n")
	expect(t, "undebug crypto engine", run(t, r, "undebug crypto engine"), "Crypto Engine debugging is off\n")
	expect(t, "undebug crypto pki", run(t, r, "undebug crypto pki transactions"), "Crypto PKI Trans debugging is off\n")
	expect(t, "show debugging", run(t, r, "show debugging"), "\nGeneric IP:\n  IP NAT debugging is on\n  IP NAT detailed debugging is on\n\nCryptographic Subsystem:\n  Crypto ISAKMP debugging is on\n")
	expect(t, "no debug ip nat", run(t, r, "no debug ip nat"), "IP NAT debugging is off\n")
	expect(t, "undebug ip nat detailed", run(t, r, "undebug ip nat detailed"), "IP NAT detailed debugging is off\n")
	if r.hub.Flags() != debug.FlagISAKMP {
		t.Errorf("flags %b", r.hub.Flags())
	}
}

func TestClockSet(t *testing.T) {
	r := newFake(t, "")
	run(t, r, "clock set 22:01:51 18 feb 2016")
	expect(t, "show clock", run(t, r, "show clock"), "22:01:51.000 UTC Thu Feb 18 2016\n")
	run(t, r, "clock set 1:2:3 March 9 2016")
	expect(t, "show clock", run(t, r, "show clock"), "01:02:03.000 UTC Wed Mar 9 2016\n")
	if log := r.hub.Buffer(); !strings.Contains(log[0], "%SYS-6-CLOCKUPDATE: System clock has been updated from 00:01:43 UTC Fri Mar 1 2002 to 22:01:51 UTC Thu Feb 18 2016") {
		t.Errorf("log: %q", log)
	}
	if _, err := try(r, "clock set 1:2:3 31 June 2016"); err == nil {
		t.Error("there is no 31 June")
	}
}

func TestPing(t *testing.T) {
	r := newFake(t, "interface g0/0\nip address 10.1.1.1 255.255.255.0\n")
	good := router.PingReply{Symbol: '!', RTT: 2 * time.Millisecond}
	r.pings = []router.PingReply{{Symbol: '.'}, good, good, {Symbol: '!', RTT: 3900 * time.Microsecond}, {Symbol: '!', RTT: 100 * time.Microsecond}}
	expect(t, "ping", run(t, r, "ping 20.1.1.1 source 10.1.1.1"), "Type escape sequence to abort.\n"+
		"Sending 5, 100-byte ICMP Echos to 20.1.1.1, timeout is 2 seconds:\n"+
		"Packet sent with a source address of 10.1.1.1 \n.!!!!\n"+
		"Success rate is 80 percent (4/5), round-trip min/avg/max = 1/2/4 ms\n")
	if want := (router.PingRequest{Target: addr("20.1.1.1"), Source: addr("10.1.1.1"), Count: 5, Size: 100, Timeout: 2 * time.Second, Pattern: 0xabcd}); r.pinged != want {
		t.Errorf("asked for %+v", r.pinged)
	}
	r.pings = []router.PingReply{{Symbol: 'U'}, {Symbol: 'M'}}
	expect(t, "ping", run(t, r, "ping ip 20.1.1.1 df-bit timeout 1 size 1500 repeat 2 source g0/0"), "Type escape sequence to abort.\n"+
		"Sending 2, 1500-byte ICMP Echos to 20.1.1.1, timeout is 1 seconds:\n"+
		"Packet sent with a source address of 10.1.1.1 \nPacket sent with the DF bit set\nUM\n"+
		"Success rate is 0 percent (0/2)\n")
	if want := (router.PingRequest{Target: addr("20.1.1.1"), Source: addr("10.1.1.1"), Count: 2, Size: 1500, Timeout: time.Second, DF: true, Pattern: 0xabcd}); r.pinged != want {
		t.Errorf("asked for %+v", r.pinged)
	}
	r.pings = slices.Repeat([]router.PingReply{good}, 141)
	row := strings.Repeat("!", 70)
	if got := run(t, r, "ping 20.1.1.1 repeat 141"); !strings.Contains(got, ":\n"+row+"\n"+row+"\n!\nSuccess rate is 100 percent (141/141)") {
		t.Errorf("rows of 70 are expected:\n%s", got)
	}
	for line, want := range map[string]string{
		"ping 20.1.1.1 source 10.9.9.9": "% Invalid source address- IP address not on any of our up interfaces",
		"ping 20.1.1.1 source f0/0":     "% Invalid source interface - IP not enabled or interface is down",
	} {
		if screen, err := try(r, line); err == nil || err.Error() != want || screen != "" {
			t.Errorf("%s: %q, %v", line, screen, err)
		}
	}
}

// TestPingInterrupted stops after the second reply.
func TestPingInterrupted(t *testing.T) {
	r := newFake(t, "")
	ctx, cancel := context.WithCancel(context.Background())
	r.pings = slices.Repeat([]router.PingReply{{Symbol: '!', RTT: time.Millisecond}}, 5)
	call, err := grammar.NewExec("Exec commands:", Exec(r)...).Match("ping 1.1.1.1", 15)
	if err != nil {
		t.Fatal(err)
	}
	term := &cancelling{cancel: cancel}
	if err := call.Run(ctx, term); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(term.String(), "!!\nSuccess rate is 100 percent (2/2), round-trip min/avg/max = 1/1/1 ms\n") {
		t.Errorf("screen %q", term.String())
	}
}

// cancelling interrupts when two symbols stand on the screen.
type cancelling struct {
	fakeTerminal
	cancel func()
}

func (c *cancelling) WriteString(s string) (int, error) {
	defer func() {
		if strings.HasSuffix(c.String(), "!!") {
			c.cancel()
		}
	}()
	return c.fakeTerminal.WriteString(s)
}

// TestPrivileges: user EXEC sees neither keys nor configurations and changes
// nothing.
func TestPrivileges(t *testing.T) {
	x := grammar.NewExec("Exec commands:", Exec(newFake(t, ""))...)
	for _, line := range []string{"show running-config", "show startup-config", "show crypto isakmp key", "write", "reload", "erase nvram:",
		"copy running-config startup-config", "clear crypto sa", "debug crypto isakmp", "undebug all", "clock set 1:1:1 1 june 2020"} {
		if _, err := x.Match(line, 1); err == nil {
			t.Errorf("%s is allowed to users", line)
		}
	}
	for _, line := range []string{"show version", "show ip route", "show clock", "show crypto isakmp sa", "ping 1.1.1.1"} {
		if _, err := x.Match(line, 1); err != nil {
			t.Errorf("%s is not allowed to users: %v", line, err)
		}
	}
}
