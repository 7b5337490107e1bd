package debug

import "fmt"

// RollbackBackup is "%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_BACKUP: Backing up current running
// config to flash:a-1", the beginning of a change that has to be confirmed.
type RollbackBackup struct {
	inSyslog
	To string
}

func (RollbackBackup) Severity() uint8 { return 5 }
func (e RollbackBackup) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_BACKUP: Backing up current running config to %s", e.To)
}

// RollbackScheduled says when the configuration is to go back.
type RollbackScheduled struct {
	inSyslog
	By      Origin
	Level   int // privilege
	To      string
	Minutes int
}

func (RollbackScheduled) Severity() uint8 { return 5 }
func (e RollbackScheduled) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_START_ABSTIMER: User: %s(Priv: %d, View: 0): Scheduled to rollback to config %s in %d minutes",
		e.By.Name(), e.Level, e.To, e.Minutes)
}

// RollbackWarning comes a minute before.
type RollbackWarning struct {
	inSyslog
	To string
}

func (RollbackWarning) Severity() uint8 { return 5 }
func (e RollbackWarning) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_WARNING_ABSTIMER: System will rollback to config %s in one minute. "+
		"Enter \"configure confirm\" if you wish to keep what you've configured", e.To)
}

// RollbackStarts says that the time has come and nobody has confirmed.
type RollbackStarts struct {
	inSyslog
	To string
}

func (RollbackStarts) Severity() uint8 { return 5 }
func (e RollbackStarts) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_ROLLBACK_START: Start rolling to: %s", e.To)
}

// LoggedCommand is "%PARSER-5-CFGLOG_LOGGEDCMD: User:console  logged command:hostname R2".
type LoggedCommand struct {
	inSyslog
	User, Command string
}

func (LoggedCommand) Severity() uint8 { return 5 }
func (e LoggedCommand) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%PARSER-5-CFGLOG_LOGGEDCMD: User:%s  logged command:%s", e.User, printable(e.Command))
}

// ReloadScheduled is "%SYS-5-SCHEDULED_RELOAD: Reload requested for … at … by console.
// Reload Reason: Reload Command." The times are as `show clock` prints them.
type ReloadScheduled struct {
	inSyslog
	For, At string
	By      Origin
	Reason  string
}

func (ReloadScheduled) Severity() uint8 { return 5 }
func (e ReloadScheduled) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%SYS-5-SCHEDULED_RELOAD: Reload requested for %s at %s by %s. Reload Reason: %s.", e.For, e.At, e.By, e.Reason)
}

// ReloadCancelled is "%SYS-5-SCHEDULED_RELOAD_CANCELLED: Scheduled reload cancelled at …".
type ReloadCancelled struct {
	inSyslog
	At string
}

func (ReloadCancelled) Severity() uint8 { return 5 }
func (e ReloadCancelled) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%SYS-5-SCHEDULED_RELOAD_CANCELLED:  Scheduled reload cancelled at %s", e.At)
}
