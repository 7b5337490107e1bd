package debug

import (
	"cmp"
	"fmt"
	"net/netip"
)

// inSyslog is embedded in every %FAC-SEV-MNEMONIC message. No debug switch
// governs them, and they explain themselves.
type inSyslog struct{}

// Flag implements Event.
func (inSyslog) Flag() Flag { return FlagNone }

// Explain implements Event.
func (inSyslog) Explain(Language) string { return "" }

// Origin is who did something to the router: "console", or "vty0 (192.0.2.9)".
type Origin struct {
	Line string     // "console", "vty0"
	Addr netip.Addr // of a vty's client, invalid on the console
	User string     // "" when nobody logged in by name
}

// Name returns who it was in one word: the user, or the line where nobody logged in.
func (o Origin) Name() string { return cmp.Or(o.User, o.Line) }

// String returns "console" or "admin on vty0 (192.0.2.9)".
func (o Origin) String() string {
	s := o.Line
	if o.User != "" {
		s = o.User + " on " + s
	}
	if o.Addr.IsValid() {
		s = fmt.Sprintf("%s (%s)", s, o.Addr)
	}
	return s
}

// SysConfig is "%SYS-5-CONFIG_I: Configured from console by console".
type SysConfig struct {
	inSyslog
	By Origin
}

func (SysConfig) Severity() uint8 { return 5 }
func (e SysConfig) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%SYS-5-CONFIG_I: Configured from console by %s", e.By)
}

// SysRestart is "%SYS-5-RESTART: System restarted --" with the version banner.
type SysRestart struct {
	inSyslog
	Banner string // continuation lines, may be ""
}

func (SysRestart) Severity() uint8 { return 5 }
func (e SysRestart) AppendLine(b []byte, _ Manner) []byte {
	b = append(b, "%SYS-5-RESTART: System restarted --"...)
	if e.Banner != "" {
		b = append(append(b, '\n'), e.Banner...)
	}
	return b
}

// SysReload is "%SYS-5-RELOAD: Reload requested by console. Reload Reason: Reload Command."
type SysReload struct {
	inSyslog
	By     Origin
	Reason string // "Reload Command"
}

func (SysReload) Severity() uint8 { return 5 }
func (e SysReload) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%SYS-5-RELOAD: Reload requested by %s. Reload Reason: %s.", e.By, e.Reason)
}

// SysClock is "%SYS-6-CLOCKUPDATE: System clock has been updated from … to …,
// configured from console by console.", the message of `clock set`. From and To are the times as `show clock` prints them.
type SysClock struct {
	inSyslog
	From, To string
	By       Origin
}

func (SysClock) Severity() uint8 { return 6 }
func (e SysClock) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%SYS-6-CLOCKUPDATE: System clock has been updated from %s to %s, configured from console by %s.", e.From, e.To, e.By)
}

// SysNVRAM is "%SYS-7-NV_BLOCK_INIT: Initialized the geometry of nvram", after `write erase`.
type SysNVRAM struct{ inSyslog }

func (SysNVRAM) Severity() uint8 { return 7 }
func (e SysNVRAM) AppendLine(b []byte, _ Manner) []byte {
	return append(b, "%SYS-7-NV_BLOCK_INIT: Initialized the geometry of nvram"...)
}

// CountersCleared is "%CLEAR-5-COUNTERS: Clear counter on all interfaces by console".
type CountersCleared struct {
	inSyslog
	Interface string // "" for all
	By        Origin
}

func (CountersCleared) Severity() uint8 { return 5 }
func (e CountersCleared) AppendLine(b []byte, _ Manner) []byte {
	where := "all interfaces"
	if e.Interface != "" {
		where = "interface " + e.Interface
	}
	return fmt.Appendf(b, "%%CLEAR-5-COUNTERS: Clear counter on %s by %s", where, e.By)
}

// LinkUpDown is "%LINK-3-UPDOWN: Interface GigabitEthernet0/3, changed state to up".
type LinkUpDown struct {
	inSyslog
	Interface string
	Up        bool
}

func (LinkUpDown) Severity() uint8 { return 3 }
func (e LinkUpDown) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%LINK-3-UPDOWN: Interface %s, changed state to %s", e.Interface, upDown(e.Up))
}

// LinkShutdown is "%LINK-5-CHANGED: Interface FastEthernet0/0, changed state to
// administratively down".
type LinkShutdown struct {
	inSyslog
	Interface string
}

func (LinkShutdown) Severity() uint8 { return 5 }
func (e LinkShutdown) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%LINK-5-CHANGED: Interface %s, changed state to administratively down", e.Interface)
}

// LineProtocol is "%LINEPROTO-5-UPDOWN: Line protocol on Interface
// GigabitEthernet0/3, changed state to up", one second after the link's message.
type LineProtocol struct {
	inSyslog
	Interface string
	Up        bool
}

func (LineProtocol) Severity() uint8 { return 5 }
func (e LineProtocol) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%LINEPROTO-5-UPDOWN: Line protocol on Interface %s, changed state to %s", e.Interface, upDown(e.Up))
}

func upDown(up bool) string {
	if up {
		return "up"
	}
	return "down"
}

// Notice is a message that the router words itself because IOS has no counterpart,
// such as a kernel change that could not be applied.
type Notice struct {
	inSyslog
	Level    uint8
	Facility string // "CONFT"
	Mnemonic string // "APPLY"
	Text     string
}

func (e Notice) Severity() uint8 { return e.Level }
func (e Notice) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%%s-%d-%s: %s", e.Facility, e.Level, e.Mnemonic, printable(e.Text))
}
