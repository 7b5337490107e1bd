package kernel

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	tunDevice = "/dev/net/tun"
	netAdmin  = "run as root, or in a namespace of your own: unshare -Urnm"
)

// Open checks that this process may do what a router does: TUN devices,
// CAP_NET_ADMIN, nftables. The text of an error names the remedy. It changes
// nothing.
func Open() (*Kernel, error) {
	m, err := possible(tryRules)
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("no CAP_NET_ADMIN in this network namespace: %s", netAdmin)
	} else if err != nil {
		return nil, fmt.Errorf("the kernel cannot do the packet rules (%w): load them with modprobe -a nf_tables nft_ct nft_fib_ipv4", err)
	}
	f, err := os.OpenFile(tunDevice, os.O_RDWR, 0)
	if err != nil {
		return nil, tunError(err)
	}
	f.Close()
	return &Kernel{
		tuns:    map[string]*tunDev{},
		filters: map[string]filterNow{},
		mtus:    map[string]int{},
		named:   map[linkAddr]bool{},
		aliased: map[string]bool{},
		manner:  m,
	}, nil
}

// possible is the manner of rules that the kernel can do: that without tproxy where it has
// not got it.
func possible(try func(manner) error) (m manner, err error) {
	if err = try(m); err != nil && !errors.Is(err, fs.ErrPermission) {
		m.tracked = true
		err = try(m)
	}
	return m, err
}

func tunError(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("no access to %s: give access with chmod 0666 %s or run as root", tunDevice, tunDevice)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENODEV):
		return fmt.Errorf("no %s: load its module with modprobe tun", tunDevice)
	}
	return fmt.Errorf("no TUN device: %w", err)
}

// privilege names the remedy when the kernel refused what for lack of rights.
func privilege(what string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("no permission for a %s: %s", what, netAdmin)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// bindError says who has the UDP port, where that can be seen.
func bindError(port uint16, err error) error {
	switch {
	case errors.Is(err, unix.EADDRINUSE):
		who := "another process: find it with ss -lunp and stop it"
		if name, pid := portOwner(port); pid != 0 {
			who = fmt.Sprintf("%s (process %d): stop it, for only one IKE daemon can run in a network namespace", name, pid)
		}
		return fmt.Errorf("UDP port %d is taken by %s", port, who)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("no permission to bind UDP port %d: %s", port, netAdmin)
	}
	return fmt.Errorf("UDP port %d: %w", port, err)
}

// portOwner finds the process that has the UDP port by the socket's inode.
func portOwner(port uint16) (name string, pid int) {
	var inodes []string
	for _, file := range []string{"/proc/thread-self/net/udp", "/proc/thread-self/net/udp6"} {
		inodes = append(inodes, udpInodes(file, port)...)
	}
	fds, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, fd := range fds {
		to, _ := os.Readlink(fd)
		for _, inode := range inodes {
			if to != "socket:["+inode+"]" {
				continue
			}
			dir := filepath.Dir(filepath.Dir(fd))
			comm, _ := os.ReadFile(filepath.Join(dir, "comm"))
			pid, _ := strconv.Atoi(filepath.Base(dir))
			return strings.TrimSpace(string(comm)), pid
		}
	}
	return "", 0
}

// udpInodes reads the inodes of the sockets bound to port out of a table like
// /proc/net/udp: the second column is ADDRESS:PORT in hex, the tenth the inode.
func udpInodes(file string, port uint16) (inodes []string) {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		col := strings.Fields(s.Text())
		if len(col) > 9 && strings.HasSuffix(col[1], fmt.Sprintf(":%04X", port)) {
			inodes = append(inodes, col[9])
		}
	}
	return inodes
}
