package debug

import (
	"fmt"
	"net/netip"
)

// RADIUSServer is a server as the RADIUS messages name it: "10.0.0.9:1812,1813".
type RADIUSServer struct {
	Addr     netip.AddrPort // where it is asked
	AcctPort uint16
}

func (s RADIUSServer) String() string { return fmt.Sprintf("%s,%d", s.Addr, s.AcctPort) }

// RADIUSDead is "%RADIUS-4-RADIUS_DEAD: RADIUS server 10.0.0.9:1812,1813 is not responding."
type RADIUSDead struct {
	inSyslog
	RADIUSServer
}

func (RADIUSDead) Severity() uint8 { return 4 }
func (e RADIUSDead) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%RADIUS-4-RADIUS_DEAD: RADIUS server %s is not responding.", e.RADIUSServer)
}

// RADIUSAlive is "%RADIUS-4-RADIUS_ALIVE: RADIUS server 10.0.0.9:1812,1813 is being marked alive."
type RADIUSAlive struct {
	inSyslog
	RADIUSServer
}

func (RADIUSAlive) Severity() uint8 { return 4 }
func (e RADIUSAlive) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%RADIUS-4-RADIUS_ALIVE: RADIUS server %s is being marked alive.", e.RADIUSServer)
}

// RADIUSAllDead says that no server of a group is to be asked for now.
type RADIUSAllDead struct {
	inSyslog
	Group string
}

func (RADIUSAllDead) Severity() uint8 { return 3 }
func (e RADIUSAllDead) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textRADIUSAllDead, e.Group)
}
