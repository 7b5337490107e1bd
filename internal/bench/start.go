package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"conft/internal/netns"
)

const starts = 4 // for each round: a start takes less time than a stream

// start measures the time from the start of the process to the prompt, and what is
// resident while the router is idle; with an empty nvram and with the lab's
// configuration saved.
func start(ctx context.Context, o Options, dir string) error {
	ns, err := netns.New("R1")
	if err != nil {
		return err
	}
	defer ns.Close()
	far, err := netns.New("R2")
	if err != nil {
		return err
	}
	defer far.Close()
	for i, link := range []string{"eth0", "eth1"} {
		if err := errorOf(netns.Connect(ns, link, far, link),
			far.Address(link, netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(1 + 4*i)}), 30))); err != nil {
			return err
		}
	}
	saved := filepath.Join(dir, "saved")
	r, err := startRouter(o.Conft, ns, saved)
	if err != nil {
		return err
	}
	end := tunnelEnd{"10.1.1.0", "20.1.1.0", "10.1.1.1", "12.12.12.1", "12.12.12.2", "23.23.23.3"}
	err = r.exec(append(end.lines("esp-gcm"), "copy running-config startup-config")...)
	r.close()
	if err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "%-40s %-20s %s\n", "start", "to prompt, ms", "resident, MB")
	for _, c := range []struct{ name, dir string }{{"empty nvram", filepath.Join(dir, "empty")}, {"the lab's configuration in nvram", saved}} {
		var took, memory spread
		for range o.Rounds * starts {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			t, rss, err := prompt(ns, o.Conft, c.dir)
			if err != nil {
				return err
			}
			took, memory = append(took, t.Seconds()), append(memory, float64(rss))
		}
		fmt.Fprintf(o.Out, "%-40s %-20s %s\n", c.name, took.text(1e-3, "%.0f"), memory.text(1<<20, "%.1f"))
	}
	fmt.Fprintln(o.Out)
	return nil
}

// prompt starts conft on a terminal where Enter has been pressed already.
func prompt(ns *netns.NS, program, dir string) (took time.Duration, rss uint64, err error) {
	user, console, err := terminal()
	if err != nil {
		return 0, 0, err
	}
	defer user.Close()
	cmd := exec.Command(program, append([]string{"run", "--dir", dir}, links...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = console, console, console
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	start := time.Now()
	err = ns.Start(cmd)
	console.Close()
	if err != nil {
		return 0, 0, err
	}
	defer func() {
		cmd.Process.Signal(syscall.SIGTERM)
		timer := time.AfterFunc(10*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
		timer.Stop()
	}()
	if err := user.SetReadDeadline(start.Add(10 * time.Second)); err != nil {
		return 0, 0, err
	}
	if _, err := user.WriteString("\r"); err != nil {
		return 0, 0, err
	}
	var screen []byte
	b := make([]byte, 4096)
	for !bytes.HasSuffix(screen, []byte(">")) {
		n, err := user.Read(b)
		if err != nil {
			return 0, 0, fmt.Errorf("no prompt on the console: %w\n%s", err, screen)
		}
		screen = append(screen, b[:n]...)
	}
	took = time.Since(start)
	time.Sleep(200 * time.Millisecond) // what a start leaves to do has been done
	rss, err = resident(cmd.Process.Pid)
	return took, rss, err
}

// terminal opens both ends of a new pseudo-terminal.
func terminal() (user, console *os.File, err error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	user = os.NewFile(uintptr(fd), "/dev/ptmx") // non-blocking, so that a deadline holds
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	err = errors.Join(err, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0))
	if err == nil {
		console, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		user.Close()
	}
	return user, console, err
}
