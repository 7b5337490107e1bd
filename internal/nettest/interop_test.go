package nettest

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"conft/internal/netns"
)

var interopFile = flag.String("interop", "", "run the whole interoperability matrix and write it to this file")

// guestRelease is the kernel peer's kernel, once it runs.
var guestRelease = "(not run)"

// farEnd is who is at r3 in a lab of the matrix; r1 is a conft.
type farEnd struct {
	name  string
	start func(*interopLab, *testing.T)
	wire  string // what ESP looks like on the wire
	esp   bool   // in the whole matrix only the tables about ESP: IKE is another's
}

var farEnds = []farEnd{
	{"conft", (*interopLab).conft, "ESP", false},
	{"strongSwan", (*interopLab).strongSwan, "UDP", false},
	{"Linux kernel", (*interopLab).kernel, "ESP", true},
}

// interopLab is the classic topology, in which one row after the other has its turn.
type interopLab struct {
	*tunnel
	load         func(r row, r1 string) error // tells r3 where it sees r1
	ca           *certAuthority
	begin, renew func() error // from r3's side; nil when packets of host b do it
	fromA, fromB *prober
}

// TestInteroperability brings a tunnel up from either side for each row with each peer,
// sends packets both ways, has the side that began renew the IPsec SA, and sends again.
// What is on the wire is ESP or AH, and IKE only.
func TestInteroperability(t *testing.T) {
	t.Parallel()
	sections := interopSections(*interopFile != "")
	results := map[string][]string{} // peer and row: conft begins, peer begins
	t.Run("peers", func(t *testing.T) {
		type outcome struct {
			key   string
			cells []string
		}
		done := make(chan outcome, 1000)
		t.Cleanup(func() { // when all peers are done
			close(done)
			for o := range done {
				results[o.key] = o.cells
			}
		})
		for _, f := range farEnds {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				l := newInteropLab(t, f)
				for _, s := range sections {
					if f.esp && !s.esp {
						continue
					}
					for _, r := range s.rows {
						if !f.has(r) {
							continue
						}
						var cells []string
						for _, conftBegins := range []bool{true, false} {
							err := l.try(r, f, conftBegins)
							if err != nil {
								t.Errorf("%v, conft begins: %v: %v", r, conftBegins, err)
							}
							cells = append(cells, cell(err))
						}
						done <- outcome{f.name + r.String(), cells}
					}
				}
			})
		}
	})
	if *interopFile != "" {
		write(t, *interopFile, interopDocument(t, sections, results))
	}
}

// cell is an outcome as the matrix shows it.
func cell(err error) string {
	if err == nil {
		return "yes"
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return "**no**: " + strings.ReplaceAll(first, "|", "/")
}

func newInteropLab(t *testing.T, f farEnd) *interopLab {
	t.Helper()
	c := newBareChain(t)
	l := &interopLab{tunnel: &tunnel{chain: c}, ca: newCertAuthority(t, "ca")}
	l.wire = capture(t, c.r2, "eth0")
	l.left = StartConft(t, c.r1, "GigabitEthernet0/0=eth0", "GigabitEthernet0/1=eth1")
	l.left.Exec(interopEnds.lines(site1, nil)...)
	l.ca.enrol(l.left)
	f.start(l, t)
	l.fromA, l.fromB = newProber(t, c.a, "10.1.1.2", false), newProber(t, c.b, "20.1.1.2", false)
	t.Cleanup(func() {
		if t.Failed() {
			out, _ := l.left.Try("show logging")
			t.Logf("conft in r1:\n%s", out)
		}
	})
	return l
}

// interopEnds is what every row leaves as it is: each side has a key for the other behind
// a NAT, too.
var interopEnds = ends{global: []string{"crypto ipsec security-association lifetime kilobytes 2560",
	"crypto isakmp key cisco123 address " + site1.gateway, "crypto isakmp key cisco123 address " + site3.gateway}}

func (l *interopLab) conft(t *testing.T) {
	l.right = StartConft(t, l.r3, "GigabitEthernet0/0=eth0", "GigabitEthernet0/1=eth1")
	l.right.Exec(interopEnds.lines(site3, nil)...)
	l.ca.enrolAs(l.right, "r3")
	l.load = func(r row, r1 string) error {
		out, err := l.right.Try(r.lines(site3, "r3", r1)...)
		return said(out, err)
	}
}

// said is an error with what the console showed.
func said(out string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %s", err, out)
}

// addresses are those of a peer that is no conft.
func (l *interopLab) addresses(t *testing.T) {
	sh(t, l.r3, "ip addr add 23.23.23.3/24 dev eth0; ip link set eth0 up; ip addr add 20.1.1.1/24 dev eth1; ip link set eth1 up; ip route add default via 23.23.23.2")
	if err := l.r3.Sysctl("net/ipv4/ip_forward", "1"); err != nil {
		t.Fatal(err)
	}
}

func (l *interopLab) strongSwan(t *testing.T) {
	l.addresses(t)
	certified, _ := l.ca.peer(nil)
	certified.CA = pemText("CERTIFICATE", l.ca.cert.Raw)
	s := StartStrongSwan(t, l.r3, certified)
	l.load = func(r row, r1 string) error { return s.Load(r.peer(r1, certified)) }
	l.begin = s.Initiate
	l.renew = func() error { return s.Rekey("child") }
}

func (l *interopLab) kernel(t *testing.T) {
	l.addresses(t)
	k := StartKernelPeer(t, l.r3, "eth0", "eth1", row{enc: "aes", hash: "sha", group: 2, set: "esp-aes esp-sha-hmac"}.peer(site1.wan, Peer{}))
	l.load = func(r row, r1 string) error { k.Load(r.peer(r1, Peer{})); return nil }
	guestRelease, _ = k.Run("uname -r")
	l.begin = k.Initiate
	l.renew = func() error { _, err := k.Run("swanctl --rekey --child net"); return err }
}

// try is one cell.
func (l *interopLab) try(r row, f farEnd, conftBegins bool) error {
	r3, r1 := r.seen(conftBegins)
	if out, err := l.left.Try(r.lines(site1, "r1", r3)...); err != nil {
		return said(out, err)
	}
	if err := errors.Join(l.load(r, r1), l.between(r, conftBegins)); err != nil {
		return err
	}
	l.wire.frames()
	from, to := l.fromA, "20.1.1.2"
	if !conftBegins {
		from, to = l.fromB, "10.1.1.2"
		if l.begin != nil {
			if err := l.begin(); err != nil {
				return err
			}
		}
	}
	if !until(func() bool { return from.echo(to, 1000, 150*time.Millisecond).arrived }) {
		return errors.New("no tunnel")
	}
	if err := l.pings(); err != nil {
		return err
	}
	old := newest(l.left)
	isNew := func(show string) bool { now := newestOf(show); return now != "" && now != old }
	var err error
	switch {
	case conftBegins:
		err = l.spend(l.a, "20.1.1.2:7000", isNew)
	case l.renew == nil:
		err = l.spend(l.b, "10.1.1.2:7000", isNew)
	default:
		if err = l.renew(); err == nil && !l.until(isNew) {
			err = errNotRenewed
		}
	}
	if err != nil {
		return err
	}
	if err := l.pings(); err != nil {
		return fmt.Errorf("after the renewal: %w", err)
	}
	return l.sealed(r, f, r3)
}

// between makes r2 a NAT in front of the side that begins, or none, with nothing left of
// what it was before.
func (l *interopLab) between(r row, r1Begins bool) error {
	rule := ""
	if r.nat {
		outside := map[bool]string{true: "eth1", false: "eth0"}[r1Begins]
		rule = fmt.Sprintf("add rule ip nat source oifname %s udp dport { 500, 4500 } masquerade to :30000-30999", outside)
	}
	out, err := l.r2.Output(find("nft"), "add table ip nat; delete table ip nat; add table ip nat; "+
		"add chain ip nat source { type nat hook postrouting priority srcnat; }; "+rule)
	if err != nil {
		return said(out, err)
	}
	return l.r2.Do(func() error { return netlink.ConntrackTableFlush(netlink.ConntrackTable) })
}

// pings sends a packet each way; neither may be lost.
func (l *interopLab) pings() error {
	if !l.fromA.echo("20.1.1.2", 1000, 5*time.Second).arrived {
		return errors.New("host b did not answer")
	}
	if !l.fromB.echo("10.1.1.2", 1000, 5*time.Second).arrived {
		return errors.New("host a did not answer")
	}
	return nil
}

// has reports whether a peer has what the row asks for: AH, and AH together with ESP.
func (f farEnd) has(r row) bool {
	ah := strings.HasPrefix(r.set, "ah-")
	return !ah || f.wire == "ESP" && (f.name == "conft" || !strings.Contains(r.set, " "))
}

// sealed says what of the hosts' packets was seen in clear, or that none was sealed. r1
// sees r3 at an address.
func (l *interopLab) sealed(r row, f farEnd, r3 string) error {
	wire := f.wire
	if strings.HasPrefix(r.set, "ah-") {
		wire = "AH"
	}
	udp := []string{site1.wan + " > " + r3 + " protocol 17", r3 + " > " + site1.wan + " protocol 17"}
	if r.nat {
		wire = "UDP"
		// A capture on r2 shows a datagram in fragments, message 2 with certificates,
		// in part as r2 has translated it.
		udp = append(udp, site1.wan+" > "+site3.wan+" protocol 17")
	}
	n := 0
	for k, frames := range kinds(l.wire.frames()) {
		whole, fragment := strings.CutSuffix(k, ", later fragment")
		switch {
		case fragment && slices.Contains(udp, whole): // of a message with certificates
		case k == wire, wire == "UDP" && slices.Contains(udp, k):
			n += frames
		case k != "IKE" && k != "ESP":
			return fmt.Errorf("%d packets on the wire: %s", frames, k)
		}
	}
	if n < 8 {
		return fmt.Errorf("%d packets in %s on the wire", n, wire)
	}
	return nil
}

var errNotRenewed = errors.New("the IPsec SA was not renewed")

// spend sends most of the volume of an IPsec SA, as r1 counts it, and goes on slowly until
// it is renewed. isNew tells it from what r1 shows.
func (l *interopLab) spend(from *netns.NS, to string, isNew func(show string) bool) error {
	var c *net.UDPConn
	err := from.Do(func() (err error) {
		c, err = net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(netip.MustParseAddrPort(to)))
		return err
	})
	if err != nil {
		return err
	}
	defer c.Close()
	b := make([]byte, 1200)
	burst := func() { // the queues to the engine and to the peer have room for it
		for range 50 {
			c.Write(b) // nobody listens, of which an error may tell
		}
		<-time.After(4 * time.Millisecond)
	}
	for range 30 {
		burst()
	}
	if !l.until(func(show string) bool {
		burst()
		return isNew(show) || volumeLeft(show) < 340
	}) {
		return errors.New("the volume of the IPsec SA was not used")
	}
	// So slowly that what is left of the volume lasts until a slow peer has the new SA.
	slowly := time.NewTicker(10 * time.Millisecond)
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		defer slowly.Stop()
		for {
			select {
			case <-stop:
				return
			case <-slowly.C:
				c.Write(b)
			}
		}
	}()
	if !l.until(isNew) {
		return errNotRenewed
	}
	return nil
}

// until waits until what r1 shows of its IPsec SAs is as wanted.
func (l *interopLab) until(holds func(show string) bool) bool {
	return until(func() bool { return holds(l.left.Exec("show crypto ipsec sa")) })
}

var keyLifetime = regexp.MustCompile(`remaining key lifetime \(k/sec\): \((\d+)/`)

// volumeLeft is the least that is left of an SA's volume, in kilobytes.
func volumeLeft(show string) int {
	least := math.MaxInt
	for _, m := range keyLifetime.FindAllStringSubmatch(show, -1) {
		kb, _ := strconv.Atoi(m[1])
		least = min(least, kb)
	}
	return least
}

func until(holds func() bool) bool {
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); <-time.After(10 * time.Millisecond) {
		if holds() {
			return true
		}
	}
	return false
}
