package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"conft/commands"
	"conft/internal/attach"
	"conft/internal/config"
	"conft/internal/router"
	"conft/shell/grammar"
)

// links collects --map flags.
type links map[string]string

func (l links) String() string { return "" }

func (l links) Set(s string) error {
	name, link, ok := strings.Cut(s, "=")
	name, known := grammar.Interface(name)
	if !ok || !known || link == "" {
		return fmt.Errorf("%q is not IFNAME=LINK, as in GigabitEthernet0/0=eth0", s)
	}
	if l[name] != "" {
		return fmt.Errorf("%s is mapped twice", name)
	}
	l[name] = link
	return nil
}

// run is the router, until SIGTERM.
func run(args []string) error {
	f := flag.NewFlagSet("run", flag.ContinueOnError)
	o := router.Options{Map: map[string]string{}, Text: commands.Text}
	f.StringVar(&o.Dir, "dir", defaultDir, "")
	f.Var(links(o.Map), "map", "")
	clock := f.String("clock", "system", "")
	noConsole := f.Bool("no-console", false, "")
	readyFD := f.Int("ready-fd", -1, "") // for supervisors: gets an octet when the consoles answer
	if err := parse(f, args); err != nil {
		return err
	}
	switch {
	case f.NArg() > 0:
		return fmt.Errorf("unknown argument %q; `conft help` shows the usage", f.Arg(0))
	case *clock == "boot":
		o.Clock = router.BootClock
	case *clock != "system":
		return fmt.Errorf("--clock is system or boot, not %q", *clock)
	}
	if socket := socketOf(o.Dir); len(socket) > attach.MaxPath {
		return fmt.Errorf("%s is too long for a socket by %d octets; name a shorter --dir", socket, len(socket)-attach.MaxPath)
	}
	ready := func() {}
	if *readyFD >= 0 {
		pipe := os.NewFile(uintptr(*readyFD), "ready")
		ready = func() {
			pipe.Write([]byte{1})
			pipe.Close()
			pipe = nil
		}
	}
	// A thread that waits for packets keeps a place of the scheduler's for a while: there are
	// as many places more.
	o.Cores = runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(o.Cores + router.Sockets)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	var keys net.Conn
	if !*noConsole && term.IsTerminal(int(os.Stdin.Fd())) {
		keys = typed()
	}
	for {
		again, err := runOnce(o, keys, ready, stop)
		if err != nil || !again {
			return err
		}
		ready = func() {}
		o.Reloaded = true
	}
}

// runOnce runs one life of the router, with a console where there are keys; again
// tells that it was asked to reload.
func runOnce(o router.Options, keys net.Conn, ready func(), stop <-chan os.Signal) (again bool, err error) {
	r, err := router.Open(o)
	if err != nil {
		return false, err
	}
	defer func() {
		// A peer that does not answer must not hold up the end.
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		err = errors.Join(err, r.Close(ctx))
	}()
	c, saved, err := startupConfig(r)
	if err != nil {
		return false, err
	}
	r.Start(c, saved)
	t := newLines(r)
	server, err := attach.Listen(socketOf(o.Dir), t.attached)
	if err != nil {
		return false, err
	}
	defer server.Close()
	stopSSH := t.serveSSH()
	defer stopSSH()
	hangup := make(chan error, 1)
	if keys != nil {
		restore, err := t.console(keys, hangup)
		if err != nil {
			return false, err
		}
		defer restore()
	}
	ready()
	select {
	case <-stop:
		return false, nil
	case <-hangup:
		return false, nil
	case <-r.Reloads():
		return true, nil
	}
}

// startupConfig is the saved configuration, or the machine as it was found when
// there is none. Lines that are no longer understood are reported and left out.
func startupConfig(r *router.Router) (c *config.Config, saved bool, err error) {
	text, err := r.Startup()
	if err != nil {
		return nil, false, err
	}
	if text == nil {
		return r.Adopted(), false, nil
	}
	c = r.Base(string(text))
	if err := commands.Load(c, string(text)); err != nil {
		fmt.Fprintf(os.Stderr, "%% The startup configuration was read in part:\n%v\n", err)
	}
	return c, true, nil
}
