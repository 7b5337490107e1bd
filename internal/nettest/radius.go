package nettest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"conft/internal/netns"
	"conft/internal/strongswan"
)

// FreeRADIUS is a RADIUS server that nobody here wrote, in one namespace.
type FreeRADIUS struct {
	dir string
	cmd *exec.Cmd
}

// radiusConfig is a server that checks passwords of a file and nothing more: DIR and
// where to listen are filled in.
const radiusConfig = `
prefix = /usr
name = freeradius
logdir = %[1]s
run_dir = %[1]s
raddbdir = %[1]s
libdir = /usr/lib/freeradius
pidfile = %[1]s/pid
log {
	destination = files
	file = %[1]s/log
	auth = yes
}
security {
	reject_delay = 0
	allow_vulnerable_openssl = yes
}
client router {
	ipaddr = %[3]s
	secret = %[4]s
	require_message_authenticator = yes
}
modules {
	pap {
	}
	files {
		filename = %[1]s/users
	}
}
server default {
	listen {
		type = auth
		ipaddr = %[2]s
		port = 1812
	}
	authorize {
		files
		pap
	}
	authenticate {
		Auth-Type PAP {
			pap
		}
	}
	post-auth {
		update reply {
			&Message-Authenticator := 0x00
		}
		Post-Auth-Type REJECT {
			update reply {
				&Message-Authenticator := 0x00
			}
		}
	}
}
`

// StartFreeRADIUS starts a server at an address of a namespace for one client, and waits
// until it listens. It skips the test where there is none.
func StartFreeRADIUS(t testing.TB, ns *netns.NS, addr, client, secret, users string) *FreeRADIUS {
	t.Helper()
	path := strongswan.Find("freeradius")
	if path == "" {
		skip(t, "needs FreeRADIUS (Debian: freeradius)")
	}
	f := &FreeRADIUS{dir: shortDir(t)}
	for name, text := range map[string]string{
		"radiusd.conf": fmt.Sprintf(radiusConfig, f.dir, addr, client, secret),
		"users":        users,
		"dictionary":   "$INCLUDE /usr/share/freeradius/dictionary\n",
	} {
		if err := os.WriteFile(filepath.Join(f.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f.cmd = exec.Command(path, "-f", "-d", f.dir, "-D", f.dir, "-n", "radiusd")
	if err := ns.Start(f.cmd); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.cmd.Wait()
	}()
	t.Cleanup(func() {
		f.cmd.Process.Kill()
		<-done
		if t.Failed() {
			t.Logf("FreeRADIUS says\n%s", f.Log())
		}
	})
	wait(t, "FreeRADIUS", 20*time.Second, func() bool { return strings.Contains(f.Log(), "Ready to process requests") })
	return f
}

// Kill ends the server.
func (f *FreeRADIUS) Kill() { f.cmd.Process.Kill() }

// Log returns the server's log.
func (f *FreeRADIUS) Log() string {
	b, _ := os.ReadFile(filepath.Join(f.dir, "log"))
	return string(b)
}
