package lab

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"conft/internal/netns"
)

// Supervise is the body of the supervisor process: it builds the lab, says
// "ready" (or what went wrong, after "error ") on out, and keeps it up until
// SIGTERM, or until in ends without having said "keep".
func Supervise(t *Topology, dir string, in io.Reader, out io.Writer) error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	// A starter that has died must not keep the supervisor from clearing up.
	signal.Ignore(syscall.SIGINT, syscall.SIGHUP, syscall.SIGPIPE)
	if err := prepare(dir); err != nil {
		fmt.Fprintf(out, "error %s\n", err)
		return err
	}
	defer os.RemoveAll(dir)
	n, err := build(t, dir)
	if err != nil {
		n.stop()
		fmt.Fprintf(out, "error %s\n", strings.ReplaceAll(err.Error(), "\n", "; "))
		return err
	}
	fmt.Fprintln(out, "ready")
	gone := make(chan struct{})
	go func() {
		kept := false
		for lines := bufio.NewScanner(in); lines.Scan(); {
			kept = kept || lines.Text() == "keep"
		}
		if !kept {
			close(gone)
		}
	}()
	select {
	case <-stop:
	case <-gone:
	}
	return n.stop()
}

// network is a lab that is up.
type network struct {
	nodes   map[string]*netns.NS
	routers []*exec.Cmd
}

// build makes the namespaces, the cables and starts the routers. What it returns
// is to be stopped even when there is an error.
func build(t *Topology, dir string) (*network, error) {
	n := &network{nodes: map[string]*netns.NS{}}
	for _, node := range t.Nodes {
		ns, err := netns.New(node.Name)
		if err != nil {
			return n, err
		}
		n.nodes[node.Name] = ns
		for _, key := range []string{"all", "default"} {
			// Hosts of a lab have no use for IPv6, and its chatter would blur captures.
			ns.Sysctl("net/ipv6/conf/"+key+"/disable_ipv6", "1")
		}
	}
	maps := map[string][]string{}
	for i, c := range t.Cables {
		links := [2]string{linkName(t, c[0], i), linkName(t, c[1], i)}
		if err := netns.Connect(n.nodes[c[0].Node], links[0], n.nodes[c[1].Node], links[1]); err != nil {
			return n, err
		}
		for j, e := range c {
			if e.Address.IsValid() {
				if err := n.nodes[e.Node].Address(links[j], e.Address); err != nil {
					return n, err
				}
			} else {
				maps[e.Node] = append(maps[e.Node], "--map", e.Interface+"="+links[j])
			}
		}
	}
	state := State{Lab: t.Name, Pid: os.Getpid(), Namespaces: map[string]string{}}
	for _, node := range t.Nodes {
		ns := n.nodes[node.Name]
		state.Namespaces[node.Name] = ns.Path()
		var err error
		switch node.Kind {
		case Host:
			err = ns.Default(node.Default)
		case Forwarder:
			err = ns.Sysctl("net/ipv4/ip_forward", "1")
		case Router:
			err = n.startRouter(ns, filepath.Join(dir, node.Name), maps[node.Name])
		}
		if err != nil {
			return n, err
		}
	}
	b, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return n, err
	}
	return n, os.WriteFile(filepath.Join(dir, stateFile), b, 0o600)
}

// linkName is the Linux name of a cable's end: a router's links are eth0, eth1, …
// in the order of the cables.
func linkName(t *Topology, e End, cable int) string {
	if e.Address.IsValid() {
		return e.Interface
	}
	k := 0
	for _, c := range t.Cables[:cable] {
		for _, other := range c {
			if other.Node == e.Node {
				k++
			}
		}
	}
	return fmt.Sprintf("eth%d", k)
}

// startRouter starts `conft run` and waits until its console answers.
func (n *network) startRouter(ns *netns.NS, dir string, maps []string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	ready, readyW, err := os.Pipe()
	if err != nil {
		return err
	}
	defer ready.Close()
	var said strings.Builder
	cmd := exec.Command(self, append([]string{"run", "--dir", dir, "--no-console", "--clock", "boot", "--ready-fd", "3"}, maps...)...)
	cmd.Stderr = &said
	cmd.ExtraFiles = []*os.File{readyW}
	err = ns.Start(cmd)
	readyW.Close()
	if err != nil {
		return err
	}
	// The pipe closes when the router is ready, after one octet, or when it ends.
	if n, _ := ready.Read(make([]byte, 1)); n == 0 {
		err := cmd.Wait()
		return fmt.Errorf("%s did not start: %s (%v)", ns.Name, strings.TrimPrefix(strings.TrimSpace(said.String()), "% "), err)
	}
	n.routers = append(n.routers, cmd)
	return nil
}

// stop ends the routers in an orderly way, then the namespaces.
func (n *network) stop() error {
	var errs []error
	for _, r := range n.routers {
		r.Process.Signal(syscall.SIGTERM)
	}
	for _, r := range n.routers {
		errs = append(errs, r.Wait())
	}
	for _, ns := range n.nodes {
		ns.Close()
	}
	return errors.Join(errs...)
}
