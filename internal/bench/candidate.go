package bench

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"conft/internal/netns"
	"conft/internal/strongswan"
)

// protection is a way to protect packets, in conft's words and in strongSwan's.
type protection struct {
	name         string
	transformSet string
	esp          string
}

var (
	gcm128 = protection{"AES-128-GCM", "esp-gcm", "aes128gcm16"}
	gcm256 = protection{"AES-256-GCM", "esp-gcm 256", "aes256gcm16"}
	cbc128 = protection{"AES-128-CBC SHA1", "esp-aes esp-sha-hmac", "aes128-sha1"}
	tdes   = protection{"3DES MD5", "esp-3des esp-md5-hmac", "3des-md5"}
	des    = protection{"DES MD5", "esp-des esp-md5-hmac", "des-md5"}
)

// candidate is something between the hosts that is measured. null, wireguard and
// libipsec name the candidates that its figures are divided by.
type candidate struct {
	name                      string
	build                     func(t *turn) error
	offload                   bool // segmentation offload stays on between the routers, as in the lab
	null, wireguard, libipsec string
	several                   bool // it has an SA for each of sources
}

const (
	plainName     = "plain forwarding"
	nullRaw       = "null copy"
	nullUDP       = "null copy, UDP 4500"
	wireguardName = "wireguard-go"
)

func libipsecName(s protection) string { return "strongSwan " + s.name }

// candidates are all there are.
func candidates() []candidate {
	all := []candidate{
		{name: plainName, build: plain},
		{name: "clear traffic beside a crypto map", build: clearTraffic},
		{name: nullRaw, build: tunnel{protection: gcm128, null: true}.build},
		{name: nullUDP, build: tunnel{protection: gcm128, null: true, translated: true}.build},
	}
	for _, s := range []protection{gcm128, gcm256, cbc128, tdes, des} {
		all = append(all, candidate{name: "conft " + s.name, build: tunnel{protection: s}.build,
			null: nullRaw, wireguard: wireguardName, libipsec: libipsecName(s)})
	}
	for _, s := range []protection{gcm128, cbc128} {
		all = append(all, candidate{name: "conft " + s.name + ", UDP 4500", build: tunnel{protection: s, translated: true}.build,
			null: nullUDP, wireguard: wireguardName, libipsec: libipsecName(s)})
	}
	all = append(all,
		candidate{name: "conft " + gcm128.name + ", 4 SAs", build: tunnel{protection: gcm128, several: true}.build, several: true,
			null: nullRaw, wireguard: wireguardName, libipsec: libipsecName(gcm128)},
		candidate{name: wireguardName, build: wireguard})
	for _, s := range []protection{gcm128, cbc128, tdes} {
		all = append(all, candidate{name: libipsecName(s), build: libipsec(s)})
	}
	return append(all,
		candidate{name: "plain forwarding, offload", build: plain, offload: true},
		candidate{name: "conft " + gcm128.name + ", offload", build: tunnel{protection: gcm128}.build, offload: true},
		candidate{name: "conft " + gcm128.name + ", UDP 4500, offload", build: tunnel{protection: gcm128, translated: true}.build, offload: true},
		candidate{name: "wireguard-go, offload", build: wireguard, offload: true})
}

// plain has the kernel forward everything in clear.
func plain(t *turn) error { return t.linuxRouters() }

// tunnel has conft on R1 and R3.
type tunnel struct {
	protection
	null       bool // the program that copies instead of encrypting
	translated bool // R1 is behind a NAT, so that ESP goes in UDP
	several    bool
	kilobytes  int // volume of an SA, 0 for as much as there can be
}

func (s tunnel) build(t *turn) error {
	near := tunnelEnd{"10.1.1.0", "20.1.1.0", "10.1.1.1", "12.12.12.1", "12.12.12.3", "12.12.12.3"}
	far := tunnelEnd{"20.1.1.0", "10.1.1.0", "20.1.1.1", "12.12.12.3", "12.12.12.1", "12.12.12.1"}
	program := t.Conft
	if s.null {
		program = t.Null
	}
	if s.translated {
		far.peer = translatedR1
		if err := t.translate(); err != nil {
			return err
		}
	}
	volume := cmp.Or(s.kilobytes, math.MaxUint32)
	nearLines, farLines := near.limited(s.transformSet, volume), far.limited(s.transformSet, volume)
	if s.several {
		nearLines, farLines = perSource(nearLines, true), perSource(farLines, false)
	}
	return errorOf(t.router(program, t.r1, nearLines), t.router(program, t.r3, farLines))
}

// perSource replaces the access list by one with an entry for each of sources.
func perSource(lines []string, near bool) []string {
	var out []string
	for _, l := range lines {
		if !strings.HasPrefix(l, "access-list ") {
			out = append(out, l)
			continue
		}
		for _, s := range sources {
			if near {
				out = append(out, "access-list 100 permit ip host "+s+" 20.1.1.0 0.0.0.255")
			} else {
				out = append(out, "access-list 100 permit ip 20.1.1.0 0.0.0.255 host "+s)
			}
		}
	}
	return out
}

// clearTraffic has conft on R1 and R3 with a crypto map that protects other networks.
func clearTraffic(t *turn) error {
	near := tunnelEnd{"10.9.1.0", "20.9.1.0", "10.1.1.1", "12.12.12.1", "12.12.12.3", "12.12.12.3"}
	far := tunnelEnd{"20.9.1.0", "10.9.1.0", "20.1.1.1", "12.12.12.3", "12.12.12.1", "12.12.12.1"}
	return errorOf(t.router(t.Conft, t.r1, near.lines(gcm128.transformSet)), t.router(t.Conft, t.r3, far.lines(gcm128.transformSet)))
}

// router starts conft in a namespace, with links beside the lab's, and configures it.
func (t *turn) router(program string, ns *netns.NS, lines []string, more ...string) error {
	r, err := startRouter(program, ns, filepath.Join(t.dir, ns.Name), slices.Concat(links, more)...)
	if err != nil {
		return err
	}
	t.closers, t.pids, t.routers = append(t.closers, r.close), append(t.pids, r.cmd.Process.Pid), append(t.routers, r)
	return r.exec(lines...)
}

// libipsec has strongSwan on R1 and R3, which always puts ESP in UDP.
func libipsec(s protection) func(*turn) error {
	return func(t *turn) error {
		if err := t.linuxRouters(); err != nil {
			return err
		}
		near := strongswan.Tunnel{Local: "12.12.12.1", Remote: "12.12.12.3", LocalTS: "10.1.1.0/24", RemoteTS: "20.1.1.0/24",
			PSK: "cisco123", IKE: "aes128-sha1-modp1024", ESP: s.esp}
		far := near
		far.Local, far.Remote, far.LocalTS, far.RemoteTS = near.Remote, near.Local, near.RemoteTS, near.LocalTS
		var daemons []*strongswan.Daemon
		for _, end := range []struct {
			ns     *netns.NS
			tunnel strongswan.Tunnel
		}{{t.r1, near}, {t.r3, far}} {
			dir, err := t.subdir(end.ns.Name)
			if err != nil {
				return err
			}
			d, err := strongswan.Start(end.ns, dir, end.tunnel)
			if err != nil {
				return err
			}
			t.closers, t.pids = append(t.closers, d.Close), append(t.pids, d.Pid())
			daemons = append(daemons, d)
		}
		if err := daemons[0].Initiate(); err != nil {
			return fmt.Errorf("%w\n%s", err, daemons[0].Log())
		}
		return nil
	}
}
