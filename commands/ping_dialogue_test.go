package commands

import (
	"testing"
	"time"

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
	if want := (router.PingRequest{Target: addr("20.1.1.1"), Source: addr("10.1.1.1"), Count: 1, Size: 200, Timeout: 3 * time.Second, DF: true}); r.pinged != want {
		t.Errorf("asked for %+v", r.pinged)
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
		{"% Not supported: sweeping is not there, n is the only answer.", []string{"", "1.1.1.1", "", "", "", "y", "", "", "", "", "", "", "y"}},
	} {
		r.pinged = router.PingRequest{}
		if _, err := try(r, "ping", c.answers...); err == nil || err.Error() != c.want || r.pinged.Count != 0 {
			t.Errorf("%q: %v, want %s", c.answers, err, c.want)
		}
	}
}
