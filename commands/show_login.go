package commands

import (
	"fmt"
	"io"
	"time"

	"conft/internal/aaa"
	"conft/internal/config"
)

// showLogin prints `show login`: how those who guess are slowed down, and what has come
// of it.
func showLogin(w io.Writer, g config.LoginGuard, now aaa.Watch) {
	switch {
	case g.Delay > 0:
		fmt.Fprintf(w, textLoginDelay, "", g.Delay)
	case g.BlockFor > 0:
		fmt.Fprintf(w, textLoginDelay, "default ", 1)
	default:
		fmt.Fprint(w, textLoginNoDelay)
	}
	if g.QuietClass == "" {
		fmt.Fprint(w, textLoginNoClass)
	} else {
		fmt.Fprintf(w, textLoginClass, g.QuietClass)
	}
	showLoginLog(w, g.LogSuccess, "successful")
	showLoginLog(w, g.LogFailure, "failed")
	if g.BlockFor == 0 {
		fmt.Fprintf(w, textLoginOff+textLoginTotal, now.Total)
		return
	}
	fmt.Fprintf(w, textLoginOn, g.Attempts, g.Within, g.BlockFor)
	if now.Quiet > 0 {
		fmt.Fprintf(w, textLoginQuiet, seconds(now.Quiet))
		if g.QuietClass == "" {
			fmt.Fprint(w, textLoginAll)
		} else {
			fmt.Fprintf(w, textLoginFiltered, g.QuietClass)
		}
	} else {
		fmt.Fprintf(w, textLoginNormal, seconds(now.Window), now.Failures)
	}
	fmt.Fprintf(w, textLoginTotal, now.Total)
}

func showLoginLog(w io.Writer, every int, what string) {
	switch {
	case every > 1:
		fmt.Fprintf(w, textLoginSome, every, what)
	case every == 1:
		fmt.Fprintf(w, textLoginLogged, what)
	}
}

// showLoginFailures prints `show login failures`.
func showLoginFailures(w io.Writer, list []aaa.Failure, total int) {
	if len(list) == 0 {
		fmt.Fprint(w, textNoFailures)
		return
	}
	fmt.Fprintf(w, textFailures, total)
	for _, f := range list {
		from := "LOCAL"
		if f.Addr.IsValid() {
			from = f.Addr.String()
		}
		fmt.Fprintf(w, "%-15s %-15s %-6d %-6d %s\n", f.User, from, f.Port, f.Count, f.At)
	}
	fmt.Fprintln(w)
}

// seconds are those that are left, the one that has begun among them.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
