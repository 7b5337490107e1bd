package debug

import (
	"fmt"
	"net/netip"
)

// SysLoggingHost is "%SYS-6-LOGGINGHOST_STARTSTOP: Logging to host 10.0.0.5 port 514
// started - CLI initiated".
type SysLoggingHost struct {
	inSyslog
	Host    netip.AddrPort
	Stopped bool
}

func (SysLoggingHost) Severity() uint8 { return 6 }
func (e SysLoggingHost) AppendLine(b []byte, _ Manner) []byte {
	what := "started"
	if e.Stopped {
		what = "stopped"
	}
	return fmt.Appendf(b, textLoggingHost, e.Host.Addr(), e.Host.Port(), what)
}
