package commands

import (
	"strings"
	"testing"

	"conft/internal/router"
)

// Numbers are given anew without a change of the order, and entries are put between
// others by theirs.
func TestResequence(t *testing.T) {
	c := load(t, `ip access-list extended L
 permit esp any any
 remark then
 5 deny tcp any any established
 permit icmp any any unreachable
ip access-list resequence L 100 20
ip access-list extended L
 110 permit ahp any any
 no 140
`)
	r := newFake(t, "")
	r.lists = []router.ACLState{{List: c.AccessList("L"), Match: []uint64{12, 1}}}
	expect(t, "show ip access-lists L", run(t, r, "show ip access-lists L"),
		"Extended IP access list L\n    100 deny tcp any any established (12 matches)\n    110 permit ahp any any (1 match)\n    120 permit esp any any\n")
}

// A number says what kind of list it is.
func TestNumberOfOtherKind(t *testing.T) {
	c := load(t, "")
	for _, line := range []string{"ip access-list standard 110", "ip access-list extended 99", "ip access-list standard 2000", "ip access-list extended 1999", "ip access-list standard 300"} {
		if _, _, err := typeLines(c, line); err == nil || err.Error() != "% Invalid access list name." {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestResequenceRefused(t *testing.T) {
	c := load(t, "access-list 10 permit any\naccess-list 10 permit 1.1.1.1\n")
	for line, want := range map[string]string{
		"ip access-list resequence X 10 10":                  "% Access-list X does not exist",
		"ip access-list resequence 10 2147483647 2147483647": "% Access-list sequence number exceeds the maximum of 2147483647",
	} {
		if _, _, err := typeLines(c, line); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
}

// An entry names up to ten ports on either side; what may follow them is still read.
func TestSeveralPorts(t *testing.T) {
	ten := "1 2 3 4 5 6 echo 8 discard 10"
	for typed, want := range map[string]string{
		"permit tcp any eq 80 443 host 10.0.0.1 neq telnet 22 log":  " permit tcp any eq www 443 host 10.0.0.1 neq telnet 22 log",
		"permit tcp any any eq www 443 established":                 " permit tcp any any eq www 443 established",
		"permit udp any eq bootps bootpc any dscp ef":               " permit udp any eq bootps bootpc any dscp ef",
		"permit tcp any any eq 1 2 3 4 5 6 7 8 9 10":                " permit tcp any any eq " + ten,
		"permit tcp 10.0.0.0 0.0.0.255 eq 1 2 10.1.0.0 0.0.255.255": " permit tcp 10.0.0.0 0.0.0.255 eq 1 2 10.1.0.0 0.0.255.255",
	} {
		c, _, err := typeLines(newRouter(), "ip access-list extended X", typed)
		if err != nil || !strings.Contains(Text(c), "\n"+want+"\n") {
			t.Errorf("%s: %v\n%s", typed, err, Text(c))
		}
	}
	for typed, want := range map[string]string{
		"permit tcp any any eq " + ten + " 11": "% An entry names at most 10 ports",
		"permit tcp any any lt 5 6":            "invalid input at column 25",
	} {
		if _, _, err := typeLines(newRouter(), "ip access-list extended X", typed); err == nil || err.Error() != want {
			t.Errorf("%s: %v", typed, err)
		}
	}
}
