package vty

import (
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"conft/debug"
)

// A client that stops reading its log lines delays nobody: what it does not take is lost, and when
// it reads again it is told how much.
func TestSlowMonitor(t *testing.T) {
	const line, all = "what everybody sees", 60_000 // more than a channel's window and the queue hold
	d := serve(t)
	slow := d.sit(d.in("admin", ssh.Password("cisco")), 80, 24)
	slow.expect("R1#")
	io.WriteString(slow.in, "terminal monitor\n")
	slow.expect("R1#")
	slow.mu.Lock() // reads nothing
	other := d.sit(d.in("admin", ssh.Password("cisco")), 80, 24)
	other.expect("R1#")
	flooded := make(chan struct{})
	go func() {
		defer close(flooded)
		for range all {
			d.hub.Emit(debug.Notice{Level: 5, Facility: "TEST", Mnemonic: "LINE", Text: line})
		}
	}()
	for range 20 {
		io.WriteString(other.in, "show privilege\n")
		other.expect("level is 15\r\nR1#")
	}
	<-flooded
	if d.hub.Counters().Dropped == 0 {
		t.Error("no line was dropped")
	}
	slow.mu.Unlock()

	// The count comes with the next line that fits.
	lost := regexp.MustCompile(`%SYS-3-MSGLOST: (\d+) messages lost because of queue overflow\r\n`)
	seen, sum, extra := 0, 0, 0
	for end := time.Now().Add(20 * time.Second); seen+sum < all+extra; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d lines seen and %d told of, of %d", seen, sum, all+extra)
		}
		slow.mu.Lock()
		text := slow.out.String()
		slow.mu.Unlock()
		seen, sum = strings.Count(text, line), 0
		for _, m := range lost.FindAllStringSubmatch(text, -1) {
			n, _ := strconv.Atoi(m[1])
			sum += n
		}
		if sum == 0 {
			d.hub.Emit(debug.Notice{Level: 5, Facility: "TEST", Mnemonic: "LINE", Text: line})
			extra++
		}
	}
	if seen+sum != all+extra {
		t.Errorf("%d lines seen and %d told of, of %d", seen, sum, all+extra)
	}
}
