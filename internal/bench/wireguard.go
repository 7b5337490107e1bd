package bench

import (
	"bufio"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"

	"conft/internal/netns"
)

// wireguard has wireguard-go on R1 and R3.
func wireguard(t *turn) error {
	if err := t.linuxRouters(); err != nil {
		return err
	}
	nearKey, err1 := ecdh.X25519().GenerateKey(rand.Reader)
	farKey, err2 := ecdh.X25519().GenerateKey(rand.Reader)
	return errorOf(err1, err2,
		t.wireguardEnd(t.r1, nearKey, farKey.PublicKey(), "12.12.12.3", "20.1.1.0/24"),
		t.wireguardEnd(t.r3, farKey, nearKey.PublicKey(), "12.12.12.1", "10.1.1.0/24"))
}

// wireguardEnd starts one side and routes network through it.
func (t *turn) wireguardEnd(ns *netns.NS, key *ecdh.PrivateKey, peer *ecdh.PublicKey, endpoint, network string) error {
	link := fmt.Sprintf("bench%d%s", os.Getpid()%1e6, ns.Name) // names a socket for all namespaces
	cmd := exec.Command(t.WireGuard, "-f", link)
	cmd.Env = append(os.Environ(), "LOG_LEVEL=error")
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := ns.Start(cmd); err != nil {
		return err
	}
	t.pids = append(t.pids, cmd.Process.Pid)
	t.closers = append(t.closers, func() {
		cmd.Process.Signal(syscall.SIGTERM)
		timer := time.AfterFunc(5*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
		timer.Stop()
	})
	conf := fmt.Sprintf("set=1\nprivate_key=%x\nlisten_port=51820\npublic_key=%x\nendpoint=%s:51820\nallowed_ip=%s\n\n",
		key.Bytes(), peer.Bytes(), endpoint, network)
	if err := tellWireguard("/var/run/wireguard/"+link+".sock", conf); err != nil {
		return fmt.Errorf("wireguard-go in %s: %w\n%s", ns.Name, err, said.String())
	}
	dst, err := netlink.ParseIPNet(network)
	if err != nil {
		return err
	}
	return ns.Do(func() error {
		l, err := netlink.LinkByName(link)
		if err != nil {
			return err
		}
		if err := netlink.LinkSetUp(l); err != nil {
			return err
		}
		return netlink.RouteAdd(&netlink.Route{Dst: dst, LinkIndex: l.Attrs().Index, Scope: netlink.SCOPE_LINK})
	})
}

// tellWireguard waits for the socket and gives the process its configuration.
func tellWireguard(socket, conf string) error {
	var conn net.Conn
	var err error
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if conn, err = net.Dial("unix", socket); err == nil {
			break
		} else if time.Now().After(end) {
			return err
		}
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := conn.Write([]byte(conf)); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && answer != "errno=0\n" {
		err = errors.New(strings.TrimSpace(answer))
	}
	return err
}
