package bench

import (
	"fmt"
	"path/filepath"

	"conft/internal/strongswan"
)

// protection is a way to protect packets, in conft's words and in strongSwan's.
type protection struct {
	name         string
	transformSet string
	esp          string
}

var protections = []protection{
	{"AES-128-GCM", "esp-gcm", "aes128gcm16"},
	{"AES-256-GCM", "esp-gcm 256", "aes256gcm16"},
	{"AES-128-CBC SHA1", "esp-aes esp-sha-hmac", "aes128-sha1"},
	{"3DES MD5", "esp-3des esp-md5-hmac", "3des-md5"},
	{"DES MD5", "esp-des esp-md5-hmac", "des-md5"},
}

// candidate is something between the hosts that is measured.
type candidate struct {
	name    string
	offload bool // segmentation offload stays on between the routers, as in the lab
	build   func(t *turn) error
}

// candidates are all there are, the reference of the ratios first.
func candidates() []candidate {
	all := []candidate{{"plain forwarding", false, plain}, {"plain forwarding, offload", true, plain}}
	for _, s := range protections {
		all = append(all, candidate{"conft " + s.name, false, tunnel(s, false)})
	}
	all = append(all,
		candidate{"conft " + protections[0].name + ", offload", true, tunnel(protections[0], false)},
		candidate{"conft " + protections[0].name + ", UDP 4500", false, tunnel(protections[0], true)},
		candidate{"conft " + protections[0].name + ", UDP 4500, offload", true, tunnel(protections[0], true)})
	for _, s := range protections {
		all = append(all, candidate{"strongSwan " + s.name, false, control(s)})
	}
	return append(all, candidate{"strongSwan " + protections[0].name + ", offload", true, control(protections[0])})
}

// plain has the kernel forward everything in clear.
func plain(t *turn) error {
	return errorOf(t.linuxRouters(), t.route("10.1.1.0/24", "12.12.12.1"), t.route("20.1.1.0/24", "23.23.23.3"))
}

// tunnel has conft on R1 and R3. translated has R2 hide R1 behind its own address, so
// that ESP goes in UDP.
func tunnel(s protection, translated bool) func(*turn) error {
	return func(t *turn) error {
		r1 := "12.12.12.1"
		if translated {
			r1 = "23.23.23.2"
			if out, err := t.r2.Output(strongswan.Find("nft"), "add table ip nat; add chain ip nat out { type nat hook postrouting priority 100; }; "+
				"add rule ip nat out oifname eth1 masquerade"); err != nil {
				return fmt.Errorf("%w\n%s", err, out)
			}
		}
		for _, end := range []struct {
			tunnelEnd
			n int
		}{
			{tunnelEnd{"10.1.1.0", "20.1.1.0", "10.1.1.1", "12.12.12.1", "12.12.12.2", "23.23.23.3"}, 1},
			{tunnelEnd{"20.1.1.0", "10.1.1.0", "20.1.1.1", "23.23.23.3", "23.23.23.2", r1}, 3},
		} {
			ns := t.r1
			if end.n == 3 {
				ns = t.r3
			}
			r, err := startRouter(t.conft, ns, filepath.Join(t.dir, ns.Name))
			if err != nil {
				return err
			}
			t.closers, t.pids = append(t.closers, r.close), append(t.pids, r.cmd.Process.Pid)
			if err := r.exec(end.lines(s.transformSet)...); err != nil {
				return err
			}
		}
		return nil
	}
}

// control has strongSwan on R1 and R3, which always puts ESP in UDP.
func control(s protection) func(*turn) error {
	return func(t *turn) error {
		if err := t.linuxRouters(); err != nil {
			return err
		}
		near := strongswan.Tunnel{Local: "12.12.12.1", Remote: "23.23.23.3", LocalTS: "10.1.1.0/24", RemoteTS: "20.1.1.0/24",
			PSK: "cisco123", IKE: "aes128-sha1-modp1024", ESP: s.esp}
		far := near
		far.Local, far.Remote, far.LocalTS, far.RemoteTS = near.Remote, near.Local, near.RemoteTS, near.LocalTS
		for _, end := range []struct {
			name   string
			tunnel strongswan.Tunnel
		}{{"R3", far}, {"R1", near}} {
			ns := t.r1
			if end.name == "R3" {
				ns = t.r3
			}
			dir, err := t.subdir(end.name)
			if err != nil {
				return err
			}
			d, err := strongswan.Start(ns, dir, end.tunnel)
			if err != nil {
				return err
			}
			t.closers, t.pids = append(t.closers, d.Close), append(t.pids, d.Pid())
			if end.name == "R1" {
				return d.Initiate()
			}
		}
		return nil
	}
}
