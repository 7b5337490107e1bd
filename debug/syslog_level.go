package debug

import "fmt"

// SysPrivilege is "%SYS-5-PRIV_AUTH_PASS: Privilege level set to 15 by console", with
// `logging userinfo`.
type SysPrivilege struct {
	inSyslog
	Level int
	By    Origin
}

func (SysPrivilege) Severity() uint8 { return 5 }
func (e SysPrivilege) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textPrivilege, e.Level, e.By)
}
