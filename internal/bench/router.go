package bench

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"conft/internal/netns"
)

// router is a conft process.
type router struct {
	program, dir string
	ns           *netns.NS
	cmd          *exec.Cmd
	said         bytes.Buffer
}

// outside and inside name a router's links, as in the lab.
var links = []string{"--map", "GigabitEthernet0/0=eth0", "--map", "GigabitEthernet0/1=eth1"}

// startRouter starts conft, with the lab's links unless others are named, and waits until
// its console answers.
func startRouter(program string, ns *netns.NS, dir string, maps ...string) (*router, error) {
	if maps == nil {
		maps = links
	}
	r := &router{program: program, dir: dir, ns: ns}
	ready, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer ready.Close()
	r.cmd = exec.Command(program, append([]string{"run", "--dir", dir, "--no-console", "--ready-fd", "3"}, maps...)...)
	r.cmd.Stderr, r.cmd.ExtraFiles = &r.said, []*os.File{w}
	err = ns.Start(r.cmd)
	w.Close()
	if err != nil {
		return nil, err
	}
	ready.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := ready.Read(make([]byte, 1)); err != nil {
		r.close()
		return nil, fmt.Errorf("conft in %s did not start: %s", ns.Name, strings.TrimSpace(r.said.String()))
	}
	return r, nil
}

// exec types lines at privilege 15.
func (r *router) exec(lines ...string) error {
	_, err := r.output(lines...)
	return err
}

// output types lines at privilege 15 and returns what is printed.
func (r *router) output(lines ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.program, "exec", "--dir", r.dir)
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := r.ns.Start(cmd)
	if err == nil {
		err = cmd.Wait()
	}
	if err != nil {
		return "", fmt.Errorf("conft in %s: %w\n%s", r.ns.Name, err, out.String())
	}
	return out.String(), nil
}

// close stops the router in an orderly way, or in any.
func (r *router) close() {
	r.cmd.Process.Signal(syscall.SIGTERM)
	timer := time.AfterFunc(10*time.Second, func() { r.cmd.Process.Kill() })
	r.cmd.Wait()
	timer.Stop()
}

// tunnelEnd is one router's side of the classic tunnel.
type tunnelEnd struct{ lan, farLAN, lanAddr, wanAddr, next, peer string }

// lines is the lab's configuration with another suite. The volume limit is off, for a
// benchmark would spend its time on renewing SAs.
func (e tunnelEnd) lines(transformSet string) []string {
	return e.limited(transformSet, math.MaxUint32)
}

// limited is lines with a limit of the volume.
func (e tunnelEnd) limited(transformSet string, kilobytes int) []string {
	return []string{
		"configure terminal",
		"crypto isakmp policy 10", "encryption aes", "authentication pre-share", "group 2", "exit",
		"crypto isakmp key cisco123 address " + e.peer,
		"crypto ipsec security-association lifetime kilobytes " + strconv.Itoa(kilobytes),
		"access-list 100 permit ip " + e.lan + " 0.0.0.255 " + e.farLAN + " 0.0.0.255",
		"crypto ipsec transform-set TS " + transformSet,
		"crypto map M 10 ipsec-isakmp", "set peer " + e.peer, "set transform-set TS", "match address 100", "exit",
		"interface GigabitEthernet0/1", "ip address " + e.lanAddr + " 255.255.255.0", "no shutdown",
		"interface GigabitEthernet0/0", "ip address " + e.wanAddr + " 255.255.255.0", "no shutdown", "crypto map M",
		"ip route 0.0.0.0 0.0.0.0 " + e.next,
		"end",
	}
}
