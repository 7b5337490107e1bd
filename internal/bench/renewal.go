package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/net/ipv4"
)

const (
	renewalName = "renewal of SAs"
	renewalRate = 0.7 // of what has just passed with a loss under lossLimit
	renewalTime = 6 * time.Second
	renewalSize = 1400
	// renewalEach is how much of the time the volume of an SA is enough for. The SA is
	// renewed when a tenth of that is left.
	renewalEach = 3 * time.Second
)

// renewals prints what a flow loses, and what arrives behind a later packet of it, while
// its SAs are renewed about once a second, and while they are not.
func renewals(ctx context.Context, o Options, dir string) error {
	if !o.apart(renewalName) {
		return nil
	}
	quiet := tunnel{protection: gcm128}
	t, err := newTurn(candidate{name: renewalName, build: quiet.build}, o, dir)
	if err != nil {
		return err
	}
	_, err = t.roundTrip(ctx) // the tunnel is up
	var most sample
	if err == nil {
		most, err = t.udp(ctx, renewalSize)
	}
	t.close()
	if err != nil {
		return err
	}
	rate := renewalRate * most.value
	busy := quiet
	busy.kilobytes = int(rate * renewalSize * renewalEach.Seconds() / 1024)
	fmt.Fprintf(o.Out, "%-42s %10s %10s %10s %10s\n", fmt.Sprintf("%s, %.0f packets of %d octets a second", renewalName, rate, renewalSize), "renewals", "sent", "lost", "late")
	for _, c := range []struct {
		name string
		tunnel
	}{{"without", quiet}, {fmt.Sprintf("every %d kilobytes", busy.kilobytes), busy}} {
		var sum flowCount
		for range o.Rounds {
			f, err := renewal(ctx, o, dir, c.tunnel, rate)
			if err != nil {
				return err
			}
			sum.add(f)
		}
		fmt.Fprintf(o.Out, "%-42s %10d %10d %10d %10d  %s\n", c.name, sum.renewals, sum.sent, sum.sent-sum.got, sum.late, strings.Join(sum.reasons, ", "))
	}
	fmt.Fprintln(o.Out)
	return nil
}

// flowCount is what became of numbered datagrams.
type flowCount struct {
	renewals, sent, got, late int
	reasons                   []string
}

func (f *flowCount) add(g flowCount) {
	f.renewals, f.sent, f.got, f.late = f.renewals+g.renewals, f.sent+g.sent, f.got+g.got, f.late+g.late
	f.reasons = append(f.reasons, g.reasons...)
}

func renewal(ctx context.Context, o Options, dir string, c tunnel, rate float64) (f flowCount, err error) {
	t, err := newTurn(candidate{name: renewalName, build: c.build}, o, dir)
	if err != nil {
		return f, err
	}
	defer t.close()
	if _, err := t.roundTrip(ctx); err != nil { // the tunnel is up
		return f, err
	}
	sink, err := t.datagramSocket(func() (net.PacketConn, error) { return net.ListenPacket("udp4", hostB+":0") }, t.b.Do)
	if err != nil {
		return f, err
	}
	defer sink.Close()
	source, err := t.datagramSocket(func() (net.PacketConn, error) { return net.ListenPacket("udp4", sources[0]+":0") }, t.a.Do)
	if err != nil {
		return f, err
	}
	defer source.Close()
	before, err := t.connection()
	if err != nil {
		return f, err
	}
	var got, late atomic.Int64
	go countNumbered(sink, &got, &late)
	f.sent = sendNumbered(ctx, source, sink.LocalAddr(), rate)
	for last := int64(-1); last != got.Load(); {
		last = got.Load()
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return f, err
		}
	}
	after, err := t.connection()
	if err != nil {
		return f, err
	}
	f.got, f.late, f.renewals = int(got.Load()), int(late.Load()), (after-before)/2
	for _, r := range t.routers {
		out, err := r.output("show crypto engine connections dropped-packet")
		if err != nil {
			return f, err
		}
		for _, m := range dropped.FindAllStringSubmatch(out, -1) {
			f.reasons = append(f.reasons, m[1]+" "+m[2])
		}
	}
	return f, nil
}

// dropped are the reasons that count anything.
var dropped = regexp.MustCompile(`(?m)^  (\S.*?) +([1-9]\d*)$`)

var connection = regexp.MustCompile(`conn id: (\d+)`)

// connection is the highest number of an SA of R1, which gives the next two to a new pair.
func (t *turn) connection() (n int, err error) {
	out, err := t.routers[0].output("show crypto ipsec sa")
	for _, m := range connection.FindAllStringSubmatch(out, -1) {
		id, _ := strconv.Atoi(m[1]) // digits
		n = max(n, id)
	}
	return n, err
}

// sendNumbered sends for renewalTime and returns how many datagrams it sent.
func sendNumbered(ctx context.Context, c net.PacketConn, to net.Addr, rate float64) (sent int) {
	conn := ipv4.NewPacketConn(c)
	msgs := make([]ipv4.Message, burst)
	for i := range msgs {
		msgs[i] = ipv4.Message{Buffers: [][]byte{make([]byte, renewalSize-28)}, Addr: to}
	}
	for start := time.Now(); ctx.Err() == nil; {
		elapsed := time.Since(start)
		if elapsed >= renewalTime {
			break
		}
		due := min(burst, int(rate*elapsed.Seconds())-sent)
		if due <= 0 {
			time.Sleep(gap)
			continue
		}
		for i := range due {
			binary.BigEndian.PutUint64(msgs[i].Buffers[0], uint64(sent+i))
		}
		n, err := conn.WriteBatch(msgs[:due], 0)
		if err != nil {
			break
		}
		sent += n
	}
	return sent
}

// countNumbered counts datagrams, and those behind a later one, until the socket is closed.
func countNumbered(c net.PacketConn, got, late *atomic.Int64) {
	conn := ipv4.NewPacketConn(c)
	msgs := make([]ipv4.Message, burst)
	for i := range msgs {
		msgs[i] = ipv4.Message{Buffers: [][]byte{make([]byte, 2048)}}
	}
	for next := uint64(0); ; {
		n, err := conn.ReadBatch(msgs, 0)
		if err != nil {
			return
		}
		for i := range n {
			number := binary.BigEndian.Uint64(msgs[i].Buffers[0])
			if number < next {
				late.Add(1)
			}
			next = max(next, number+1)
		}
		got.Add(int64(n))
	}
}
