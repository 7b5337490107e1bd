// Package netns makes network namespaces that live exactly as long as the
// process that made them, for the labs and for tests. Nothing is mounted and
// nothing is named, so nothing can be left behind.
//
// Each NS is one locked operating-system thread that has entered the namespace;
// Do runs a function on it. An NS is safe for concurrent use; functions given to
// Do run one after another.
package netns

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// NS is one network namespace.
type NS struct {
	Name  string // for messages only
	file  *os.File
	calls chan func()
	once  sync.Once
}

// New makes a namespace whose loopback is up. It needs CAP_SYS_ADMIN in its user
// namespace.
func New(name string) (*NS, error) {
	n := &NS{Name: name, calls: make(chan func())}
	ready := make(chan error)
	go n.thread(ready)
	if err := <-ready; err != nil {
		return nil, fmt.Errorf("netns: %s: %w", name, err)
	}
	return n, n.Do(func() error { return up("lo") })
}

// thread never unlocks its thread: when it returns the thread ends with its
// namespace, and cannot be reused outside it.
func (n *NS) thread(ready chan<- error) {
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		ready <- fmt.Errorf("unshare: %w", err)
		return
	}
	f, err := os.Open(fmt.Sprintf("/proc/self/task/%d/ns/net", unix.Gettid()))
	if err != nil {
		ready <- err
		return
	}
	n.file = f
	ready <- nil
	for f := range n.calls {
		f()
	}
}

// Do runs f in the namespace and waits for it. Sockets that f opens stay in the
// namespace whoever uses them later.
func (n *NS) Do(f func() error) error {
	done := make(chan error, 1)
	n.calls <- func() { done <- f() }
	return <-done
}

// Start starts a process in the namespace. The process is killed when the maker
// of the namespace dies, however it dies.
func (n *NS) Start(cmd *exec.Cmd) error {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	return n.Do(cmd.Start)
}

// Output runs a process in the namespace and returns what it prints.
func (n *NS) Output(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	err := n.Start(cmd)
	if err == nil {
		err = cmd.Wait()
	}
	if err != nil {
		err = fmt.Errorf("%s: %s %s: %w\n%s", n.Name, name, strings.Join(args, " "), err, out.String())
	}
	return out.String(), err
}

// Path names the namespace for nsenter and the like, while the process lives.
func (n *NS) Path() string { return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), n.file.Fd()) }

// Close ends the thread. The namespace goes when the processes in it have gone.
func (n *NS) Close() {
	n.once.Do(func() {
		close(n.calls)
		n.file.Close()
	})
}

// Connect joins two namespaces by a virtual cable. An end comes up when it gets its
// address, or when whoever owns it wants it up.
func Connect(a *NS, linkA string, b *NS, linkB string) error {
	err := a.Do(func() error {
		attrs := netlink.NewLinkAttrs()
		attrs.Name = linkA
		return netlink.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: linkB, PeerNamespace: netlink.NsFd(int(b.file.Fd()))})
	})
	if err != nil {
		return fmt.Errorf("netns: cable %s %s - %s %s: %w", a.Name, linkA, b.Name, linkB, err)
	}
	return nil
}

// Address gives a link an address and sets it up.
func (n *NS) Address(link string, p netip.Prefix) error {
	return n.Do(func() error {
		l, err := netlink.LinkByName(link)
		if err != nil {
			return fmt.Errorf("netns: %s: %s: %w", n.Name, link, err)
		}
		addr, err := netlink.ParseAddr(p.String())
		if err != nil {
			return err
		}
		return errors.Join(netlink.AddrAdd(l, addr), netlink.LinkSetUp(l))
	})
}

// Default sets the default route.
func (n *NS) Default(via netip.Addr) error {
	return n.Do(func() error { return netlink.RouteAdd(&netlink.Route{Gw: via.AsSlice()}) })
}

// Sysctl writes /proc/sys/KEY, for example "net/ipv4/ip_forward".
func (n *NS) Sysctl(key, value string) error {
	return n.Do(func() error { return os.WriteFile("/proc/sys/"+key, []byte(value), 0) })
}

func up(link string) error {
	l, err := netlink.LinkByName(link)
	if err != nil {
		return fmt.Errorf("%s: %w", link, err)
	}
	return netlink.LinkSetUp(l)
}
