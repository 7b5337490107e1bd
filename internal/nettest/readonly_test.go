package nettest

import (
	"strings"
	"syscall"
	"testing"
)

// A router whose directory has become read-only, as a bad card does, still routes what was
// saved and answers on its console; what would write says so, and what was there stays.
func TestReadOnlyDirectory(t *testing.T) {
	t.Parallel()
	Root(t)
	ns := Namespace(t, "r")
	r := StartConft(t, ns)
	r.Exec("configure terminal", "hostname R1", "ip domain name example.com", "interface Loopback1", "ip address 1.1.1.1 255.255.255.255", "end",
		"copy running-config flash:kept", "write memory")
	r.Close()
	dir := shortDir(t)
	mount := func(flags uintptr) {
		t.Helper()
		if err := syscall.Mount(r.Dir, dir, "", flags, ""); err != nil {
			t.Fatal(err)
		}
	}
	mount(syscall.MS_BIND)
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	mount(syscall.MS_BIND | syscall.MS_REMOUNT | syscall.MS_RDONLY)
	r.args[2] = dir
	r.Start()
	exec := func(lines ...string) string {
		t.Helper()
		out, _ := Run(t, ns, "", append([]string{"exec", "--dir", dir}, lines...)...)
		return out
	}
	const refused = "Read-only file system"
	for line, want := range map[string]string{
		"write memory":                                "%Error writing nvram: " + refused,
		"copy running-config flash:other":             "%Error opening flash:other (" + refused,
		"delete /force flash:kept":                    "%Error deleting flash:kept (" + refused,
		"show clock | redirect flash:now":             "%Error opening flash:now (" + refused,
		"more flash:kept | include hostname":          "hostname R1\n",
		"show startup-config | include hostname":      "hostname R1\n",
		"show running-config | include address 1.1.1": " ip address 1.1.1.1 255.255.255.255\n",
		"show file systems | include flash":           "disk     ro   flash:\n",
	} {
		if out := exec(line); !strings.Contains(out, want) || strings.Contains(out, dir) {
			t.Errorf("%s: %s", line, out)
		}
	}
	if out := exec("configure terminal", "interface Loopback2", "ip address 2.2.2.2 255.255.255.255", "crypto key generate rsa modulus 2048"); !strings.Contains(out, "% Keys could not be generated: nvram: read-only file system") {
		t.Errorf("configuring: %s", out)
	}
	if out := exec("show ip interface brief | include 2.2.2.2"); !strings.Contains(out, "up                    up") {
		t.Errorf("what was configured: %s", out)
	}
	r.Close()
	syscall.Unmount(dir, 0)
	r.args[2] = r.Dir
	r.Start()
	if out := r.Exec("show running-config | include address", "more flash:kept | include hostname"); out != " ip address 1.1.1.1 255.255.255.255\nhostname R1\n" {
		t.Errorf("afterwards: %s", out)
	}
}
