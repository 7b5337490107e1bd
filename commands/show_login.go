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
	if g.LogSuccess {
		fmt.Fprintf(w, textLoginLogged, "successful")
	}
	if g.LogFailure {
		fmt.Fprintf(w, textLoginLogged, "failed")
	}
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

// seconds are those that are left, the one that has begun among them.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
