package router

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"conft/debug"
	"conft/internal/acl"
	"conft/internal/config"
)

// TestSyslogDatagram is what a collector gets; priorities are facility times 8 plus
// severity (RFC 3164, section 4.1.1).
func TestSyslogDatagram(t *testing.T) {
	const text = "*Mar  1 00:01:43.499: %SYS-5-CONFIG_I: Configured from console by console"
	local := netip.MustParseAddr("10.1.1.1")
	for _, c := range []struct {
		form syslogForm
		want string
	}{
		{syslogForm{facility: 23}, "<189>29: " + text},
		{syslogForm{facility: 16, origin: config.Origin{Kind: config.OriginHostname}, hostname: "R1"}, "<133>29: R1: " + text},
		{syslogForm{facility: 0, origin: config.Origin{Kind: config.OriginIP}}, "<5>29: 10.1.1.1: " + text},
		{syslogForm{facility: 23, origin: config.Origin{Kind: config.OriginText, Text: "rack 4"}}, "<189>29: rack 4: " + text},
	} {
		if got := string(c.form.append(nil, 5, 29, local, text)); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestSyslogSent has a collector on loopback read what is sent there.
func TestSyslogSent(t *testing.T) {
	collector, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer collector.Close()
	hub := debug.NewHub(NewClock(BootClock, func() bool { return false }))
	hub.SetFormat(debug.Stamp{}, debug.Stamp{})
	hub.SetLevel(debug.TrapLine, 5)
	s := newSyslogSender(hub)
	at := collector.LocalAddr().(*net.UDPAddr).AddrPort()
	host := config.SyslogHost{IP: acl.Word(at.Addr()), Port: at.Port()}
	if said := s.set([]config.SyslogHost{host}, syslogForm{facility: 23}); len(said) != 1 {
		t.Errorf("said %v", said)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); s.run(ctx) }()

	hub.Emit(debug.SysNVRAM{}) // severity 7: not sent
	hub.Emit(debug.SysRestart{Banner: "conft"})
	hub.Emit(debug.LinkUpDown{Interface: "GigabitEthernet0/0"})
	for _, want := range []string{"<189>1: %SYS-5-RESTART: System restarted --", "<189>2: conft",
		"<187>3: %LINK-3-UPDOWN: Interface GigabitEthernet0/0, changed state to down"} {
		var b [1500]byte
		collector.SetReadDeadline(time.Now().Add(5 * time.Second))
		n, err := collector.Read(b[:])
		if err != nil {
			t.Fatal(err)
		}
		if string(b[:n]) != want {
			t.Errorf("%q, want %q", b[:n], want)
		}
	}
	if said := s.set(nil, syslogForm{}); len(said) != 1 || said[0] != (debug.SysLoggingHost{Host: at, Stopped: true}) {
		t.Errorf("said %v", said)
	}
	cancel()
	<-done
}
