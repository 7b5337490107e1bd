package debug

import (
	"cmp"
	"fmt"
	"net/netip"
)

// LoginSource is who tried to log in from where, as the SEC_LOGIN messages say it.
type LoginSource struct {
	User string
	Addr netip.Addr // of an SSH client, invalid on the console
	Port uint16     // of the router, 0 on the console
	At   string     // as `show clock` prints it
}

// String returns "[user: admin] [Source: 192.0.2.9] [localport: 22]".
func (s LoginSource) String() string {
	source := "LOCAL"
	if s.Addr.IsValid() {
		source = s.Addr.String()
	}
	return fmt.Sprintf("[user: %s] [Source: %s] [localport: %d]", printable(s.User), source, s.Port)
}

// LoginSuccess is "%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: admin] [Source:
// 192.0.2.9] [localport: 22] at …", with `login on-success log`.
type LoginSuccess struct {
	inSyslog
	LoginSource
}

func (LoginSuccess) Severity() uint8 { return 5 }
func (e LoginSuccess) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success %s at %s", e.LoginSource, e.At)
}

// LoginFailed is "%SEC_LOGIN-4-LOGIN_FAILED: Login failed … [Reason: Login
// Authentication Failed] at …", with `login on-failure log`.
type LoginFailed struct {
	inSyslog
	LoginSource
}

func (LoginFailed) Severity() uint8 { return 4 }
func (e LoginFailed) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%SEC_LOGIN-4-LOGIN_FAILED: Login failed %s [Reason: Login Authentication Failed] at %s", e.LoginSource, e.At)
}

// QuietOn says that too many logins have failed: nobody is asked for a while.
type QuietOn struct {
	inSyslog
	LoginSource
	Left int    // seconds of the watch period that were left
	ACL  string // whom the quiet mode lets in, "" for nobody
}

func (QuietOn) Severity() uint8 { return 1 }
func (e QuietOn) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textQuietOn, e.Left, e.LoginSource, cmp.Or(e.ACL, "sl_def_acl"), e.At)
}

// QuietOff is its end.
type QuietOff struct {
	inSyslog
	At string
}

func (QuietOff) Severity() uint8                        { return 5 }
func (e QuietOff) AppendLine(b []byte, _ Manner) []byte { return fmt.Appendf(b, textQuietOff, e.At) }

// SSHEnabled is "%SSH-5-ENABLED: SSH 2.0 has been enabled", or disabled.
type SSHEnabled struct {
	inSyslog
	On      bool
	Version string
}

func (SSHEnabled) Severity() uint8 { return 5 }
func (e SSHEnabled) AppendLine(b []byte, _ Manner) []byte {
	if e.On {
		return fmt.Appendf(b, "%%SSH-5-ENABLED: SSH %s has been enabled", e.Version)
	}
	return fmt.Appendf(b, textSSHDisabled, e.Version)
}
