package commands

import (
	"net/netip"
	"testing"

	"conft/internal/aaa"
)

func TestShowLoginFailures(t *testing.T) {
	r := newFake(t, "")
	expect(t, "nobody", run(t, r, "show login failures"), "\n*** No logged failed login attempts with the device.***\n\n")
	r.watch.Total = 3
	r.loginFailures = []aaa.Failure{
		{User: "lab", Count: 1, At: "00:01:43 UTC Mon Mar 1 1993"},
		{User: "admin", Addr: netip.MustParseAddr("192.0.2.9"), Port: 22, Count: 2, At: "00:02:43 UTC Mon Mar 1 1993"},
	}
	expect(t, "two", run(t, r, "show login failures"), `Total failed logins: 3
Detailed information about last 50 failures

Username        SourceIPAddr    lPort  Count  TimeStamp
lab             LOCAL           0      1      00:01:43 UTC Mon Mar 1 1993
admin           192.0.2.9       22     2      00:02:43 UTC Mon Mar 1 1993

`)
}
