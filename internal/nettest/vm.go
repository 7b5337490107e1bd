package nettest

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"conft/internal/netns"
)

// KernelPeer is strongSwan on a Linux kernel's own IPsec, in a virtual machine: a
// peer that speaks ESP as protocol 50, as strongSwan in user space does not, and
// needs nothing of the kernel the tests run on.
type KernelPeer struct {
	t     testing.TB
	name  string
	dir   string
	stdin io.Writer
	lines chan string // what the machine says; closed when it has ended
}

// StartKernelPeer boots the machine in the place of a namespace: it takes over the
// addresses of two links and the default route. It ends with the test; its log is
// shown when the test fails.
func StartKernelPeer(t testing.TB, ns *netns.NS, wanLink, lanLink string, p Peer) *KernelPeer {
	t.Helper()
	need(t, "qemu-system-x86_64", "busybox", "charon-systemd", "swanctl", "ip", "ldd")
	k := &KernelPeer{t: t, name: ns.Name, dir: shortDir(t), lines: make(chan string, 64)}
	kernel := guestKernel(t)
	initrd := filepath.Join(k.dir, "initrd")
	if err := writeInitramfs(initrd, guestFiles(t, kernel), guestTexts()); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(find("qemu-system-x86_64"), "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		"-accel", accelerator(), "-cpu", "max", "-M", "pc,usb=off", "-m", "256", "-device", "virtio-rng-pci",
		"-kernel", filepath.Join(kernel, "vmlinuz"), "-initrd", initrd,
		"-append", "console=ttyS1 quiet panic=-1 net.ifnames=0 random.trust_cpu=on tsc=reliable mitigations=off nokaslr",
		"-serial", "stdio", "-serial", "file:"+k.console())
	var addresses []string
	for i, link := range []string{wanLink, lanLink} {
		tap, mac, lines, err := takeOver(ns, link, "eth"+strconv.Itoa(i))
		if err != nil {
			t.Fatal(err)
		}
		defer tap.Close()
		cmd.ExtraFiles = append(cmd.ExtraFiles, tap)
		cmd.Args = append(cmd.Args, "-netdev", fmt.Sprintf("tap,id=n%d,fd=%d", i, 3+i),
			"-device", fmt.Sprintf("virtio-net-pci,netdev=n%d,romfile=,mac=%s", i, mac))
		addresses = append(addresses, lines...)
	}
	k.boot(ns, cmd)
	k.must(strings.Join(addresses, " && "))
	k.must("charon-systemd >/run/out 2>&1 & for i in $(seq 100); do swanctl --stats >>/run/out 2>&1 && exit 0; usleep 50000; done; cat /run/out; exit 1")
	k.Load(p)
	return k
}

// accelerator is kvm only where the processor itself says that it can: /dev/kvm
// alone is also there on machines where no guest starts.
func accelerator() string {
	cpu, _ := os.ReadFile("/proc/cpuinfo")
	if regexp.MustCompile(`\b(vmx|svm)\b`).Match(cpu) && unix.Access("/dev/kvm", unix.R_OK|unix.W_OK) == nil {
		return "kvm"
	}
	return "tcg"
}

// takeOver bridges a link to a new TAP device and gives the link's addresses and
// routes back as lines for the machine.
func takeOver(ns *netns.NS, link, guest string) (tap *os.File, mac string, lines []string, err error) {
	err = ns.Do(func() error {
		l, err := netlink.LinkByName(link)
		if err != nil {
			return err
		}
		addrs, err := netlink.AddrList(l, netlink.FAMILY_V4)
		if err != nil {
			return err
		}
		routes, err := netlink.RouteList(l, netlink.FAMILY_V4)
		if err != nil {
			return err
		}
		lines = append(lines, "ip link set "+guest+" up")
		for _, a := range addrs {
			lines = append(lines, "ip addr add "+a.IPNet.String()+" dev "+guest)
			if err := netlink.AddrDel(l, &a); err != nil {
				return err
			}
		}
		for _, r := range routes {
			if r.Gw != nil {
				lines = append(lines, fmt.Sprintf("ip route add %v via %v", r.Dst, r.Gw))
			}
		}
		// The bridge knows the link's own address as its own, so the machine has another, also
		// of those that nobody assigns.
		hw := slices.Clone(l.Attrs().HardwareAddr)
		hw[0] ^= 4
		mac = hw.String()
		bridge := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: "br-" + guest}}
		port := &netlink.Tuntap{LinkAttrs: netlink.LinkAttrs{Name: "tap-" + guest}, Mode: netlink.TUNTAP_MODE_TAP,
			Flags: netlink.TUNTAP_NO_PI, Queues: 1, NonPersist: true}
		for _, add := range []netlink.Link{bridge, port} {
			if err := netlink.LinkAdd(add); err != nil {
				return fmt.Errorf("%s: %w", add.Attrs().Name, err)
			}
		}
		tap = port.Fds[0]
		for _, member := range []netlink.Link{l, port} {
			if err := netlink.LinkSetMaster(member, bridge); err != nil {
				return err
			}
		}
		for _, each := range []netlink.Link{l, port, bridge} {
			if err := netlink.LinkSetUp(each); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		err = fmt.Errorf("%s in %s: %w", link, ns.Name, err)
	}
	return tap, mac, lines, err
}

// boot starts the machine and waits for its first process.
func (k *KernelPeer) boot(ns *netns.NS, cmd *exec.Cmd) {
	k.t.Helper()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		k.t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		k.t.Fatal(err)
	}
	if err := ns.Start(cmd); err != nil {
		k.t.Fatal(err)
	}
	k.stdin = stdin
	go func() {
		defer close(k.lines)
		for s := bufio.NewScanner(stdout); s.Scan(); {
			k.lines <- s.Text()
		}
	}()
	k.t.Cleanup(func() {
		log := ""
		if k.t.Failed() {
			log, _ = k.Run("cat /run/out /run/log; ip-full -s xfrm state; ip-full xfrm policy; cat /proc/net/xfrm_stat")
		}
		cmd.Process.Kill()
		for range k.lines {
		}
		cmd.Wait()
		if k.t.Failed() {
			console, _ := os.ReadFile(k.console())
			k.t.Logf("kernel peer in %s:\n%s\n%s\n%s", k.name, stderr.String(), console, log)
		}
	})
	if _, err := k.answer(time.Minute); err != nil {
		k.t.Fatalf("the kernel peer in %s did not boot: %v", k.name, err)
	}
}

func (k *KernelPeer) console() string { return filepath.Join(k.dir, "console") }

// Run runs a line of shell in the machine and returns what it prints.
func (k *KernelPeer) Run(line string) (string, error) {
	if _, err := io.WriteString(k.stdin, line+"\n"); err != nil {
		return "", err
	}
	return k.answer(time.Minute)
}

// answer reads up to the END of a line.
func (k *KernelPeer) answer(limit time.Duration) (string, error) {
	var out []string
	for end := time.After(limit); ; {
		select {
		case line, alive := <-k.lines:
			if status, isEnd := strings.CutPrefix(line, "END "); isEnd {
				text := strings.Trim(strings.Join(out, "\n"), "\n")
				if status != "0" {
					return text, fmt.Errorf("exit status %s\n%s", status, text)
				}
				return text, nil
			}
			if !alive {
				return "", errors.New("the machine has ended")
			}
			out = append(out, line)
		case <-end:
			return "", fmt.Errorf("no answer in %v; so far: %q", limit, out)
		}
	}
}

func (k *KernelPeer) must(line string) string {
	k.t.Helper()
	out, err := k.Run(line)
	if err != nil {
		k.t.Fatalf("in the kernel peer in %s: %s: %v", k.name, line, err)
	}
	return out
}

// Load ends every SA and gives strongSwan another tunnel.
func (k *KernelPeer) Load(p Peer) {
	k.t.Helper()
	k.Run("swanctl --terminate --ike lab --timeout 5") // refused where there is none
	conf := base64.StdEncoding.EncodeToString([]byte(p.Swanctl()))
	k.must("echo " + conf + " | base64 -d >/run/swanctl.conf")
	k.must("swanctl --load-all --noprompt --file /run/swanctl.conf | grep 'successfully loaded 1 connections'")
}

// Initiate brings the tunnel up from the peer's side.
func (k *KernelPeer) Initiate() error {
	_, err := k.Run("swanctl --initiate --child net --timeout 20")
	return err
}

// SAs lists what is established, then the kernel's own list.
func (k *KernelPeer) SAs() string { return k.must("swanctl --list-sas; ip-full -s xfrm state") }
