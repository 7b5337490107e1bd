package nettest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"conft/internal/netns"
)

// refusedStart runs a router that cannot start, and checks that it says why in one line
// with these words, ends with status 1 and has changed nothing.
func refusedStart(t *testing.T, ns *netns.NS, cmd *exec.Cmd, dir string, want ...string) {
	t.Helper()
	before, nvram := machine(t, ns), files(t, dir)
	out, status := run(t, ns, "", cmd)
	if status != 1 || !strings.HasPrefix(out, "% ") || strings.Count(out, "\n") != 1 {
		t.Errorf("the exit status is %d (want 1) after\n%s", status, out)
	}
	for _, w := range want {
		if !strings.Contains(out, w) {
			t.Errorf("%q does not say %q", out, w)
		}
	}
	if after := machine(t, ns); after != before {
		t.Errorf("the machine was changed from\n%s\nto\n%s", before, after)
	}
	if after := files(t, dir); nvram != "" && after != nvram { // an empty nvram may have been made
		t.Errorf("%s was changed from\n%.500s\nto\n%.500s", dir, nvram, after)
	}
}

// files are the names and contents of a directory's files.
func files(t testing.TB, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		if e.Type().IsRegular() && e.Name() != "output" {
			content, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%s %x\n", e.Name(), content)
		}
	}
	return b.String()
}

// Each obstacle to the start is named together with its remedy.
func TestRefusedStart(t *testing.T) {
	t.Parallel()
	Root(t)
	need(t, "ip", "sysctl", "tc")
	r, neighbour := Namespace(t, "r"), Namespace(t, "neighbour")
	Cable(t, r, "eth0", "192.0.2.1/24", neighbour, "eth0", "192.0.2.2/24")
	start := func(dir string, args ...string) *exec.Cmd {
		return exec.Command(Program(t), append([]string{"run", "--no-console", "--dir", dir}, args...)...)
	}

	t.Run("unknown link", func(t *testing.T) {
		dir := shortDir(t)
		refusedStart(t, r, start(dir, "--map", "GigabitEthernet0/0=eth7"), dir, "eth7", "ip link")
	})
	t.Run("one link twice", func(t *testing.T) {
		dir := shortDir(t)
		refusedStart(t, r, start(dir, "--map", "Gi0/0=eth0", "--map", "Gi0/1=eth0"), dir, "eth0", "already")
	})
	t.Run("malformed map", func(t *testing.T) {
		dir := shortDir(t)
		for _, m := range []string{"GigabitEthernet0/0", "GigabitEthernet0/0=", "Pigeon0/0=eth0"} {
			refusedStart(t, r, start(dir, "--map", m), dir, m, "IFNAME=LINK, as in GigabitEthernet0/0=eth0")
		}
	})
	t.Run("unknown clock", func(t *testing.T) {
		dir := shortDir(t)
		refusedStart(t, r, start(dir, "--clock", "sundial"), dir, "sundial", "system or boot")
	})
	t.Run("unknown argument", func(t *testing.T) {
		dir := shortDir(t)
		refusedStart(t, r, start(dir, "now"), dir, "now", "conft help")
	})
	t.Run("directory", func(t *testing.T) {
		dir := shortDir(t)
		write(t, filepath.Join(dir, "file"), "")
		refusedStart(t, r, start(filepath.Join(dir, "file")), dir, filepath.Join(dir, "file"), "--dir")
	})
	t.Run("long directory", func(t *testing.T) {
		dir := shortDir(t)
		refusedStart(t, r, start(filepath.Join(dir, strings.Repeat("x", 100))), dir, "too long", "shorter --dir")
	})
	t.Run("damaged nvram", func(t *testing.T) {
		c := StartConft(t, r)
		c.Exec("write")
		c.Close()
		path := filepath.Join(c.Dir, "nvram.db")
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		damaged := []byte(strings.ReplaceAll(string(whole), "hostname Router", "hostname Souter"))
		for _, content := range [][]byte{
			damaged, whole[:len(whole)/2], nil, []byte(strings.Repeat("Yesterday. ", 4000)),
		} {
			write(t, path, string(content))
			refusedStart(t, r, start(c.Dir), c.Dir, "nvram is damaged", path, "move", "copy")
		}
		write(t, path, string(whole))
		c.Start()
	})
	t.Run("second router", func(t *testing.T) {
		c := StartConft(t, r)
		refusedStart(t, neighbour, start(c.Dir), c.Dir, "in use by another router", "stop it", "--dir")
		c.Exec("configure terminal", "interface GigabitEthernet0/0", "ip address 198.51.100.1 255.255.255.0",
			"access-list 100 permit ip any any", "crypto map m 1 ipsec-isakmp", "match address 100",
			"interface GigabitEthernet0/0", "crypto map m", "end")
		dir := shortDir(t)
		refusedStart(t, r, start(dir), dir, "UDP port 500 is taken by conft", fmt.Sprint(c.cmd.Process.Pid))
	})
	t.Run("port 500", func(t *testing.T) {
		for _, port := range []int{500, 4500} {
			var conn net.PacketConn
			err := r.Do(func() (err error) {
				conn, err = net.ListenPacket("udp4", fmt.Sprintf(":%d", port))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			dir := shortDir(t)
			refusedStart(t, r, start(dir), dir, fmt.Sprintf("UDP port %d is taken", port), "nettest.test", fmt.Sprint(os.Getpid()), "stop it")
			conn.Close()
		}
	})
}

// nobody is a user without any right on this machine.
const nobody = 65534

// What a start without rights needs is said, too.
func TestStartWithoutRights(t *testing.T) {
	t.Parallel()
	Root(t)
	need(t, "unshare", "setpriv")
	for _, x := range []struct {
		name, device, enter string
		want                []string
	}{
		{"tun closed", "mknod /dev/net/tun c 10 200; chmod 600 /dev/net/tun;", "unshare -Urn", []string{"/dev/net/tun", "chmod 0666 /dev/net/tun"}},
		{"tun absent", "", "unshare -Urn", []string{"/dev/net/tun", "modprobe tun"}},
		{"no CAP_NET_ADMIN", "mknod /dev/net/tun c 10 200; chmod 666 /dev/net/tun;", "", []string{"CAP_NET_ADMIN", "root", "unshare -Urn"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			dir := shortDir(t)
			if err := os.Chown(dir, nobody, nobody); err != nil {
				t.Fatal(err)
			}
			script := fmt.Sprintf(`mount -t tmpfs none /dev/net; %s exec setpriv --reuid %d --regid %[2]d --clear-groups %s %s run --no-console --dir %s`,
				x.device, nobody, x.enter, Program(t), dir)
			out, status := run(t, Namespace(t, "r"), "", exec.Command("unshare", "-m", "sh", "-ec", script))
			if status != 1 || !strings.HasPrefix(out, "% ") || strings.Count(out, "\n") != 1 {
				t.Errorf("the exit status is %d (want 1) after\n%s", status, out)
			}
			for _, w := range x.want {
				if !strings.Contains(out, w) {
					t.Errorf("%q does not say %q", out, w)
				}
			}
			if left := files(t, dir); left != "" {
				t.Errorf("a router that never was left %s", left)
			}
		})
	}
}
