// Command conft-bench measures conft on this machine beside plain forwarding,
// wireguard-go and strongSwan: see internal/bench. `make bench` runs it; it needs root.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"syscall"
	"time"

	"conft/internal/bench"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "conft-bench:", err)
		os.Exit(1)
	}
}

func run() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	o := bench.Options{Out: os.Stdout}
	flag.StringVar(&o.Conft, "conft", filepath.Join(filepath.Dir(self), "conft"), "the program to measure")
	flag.StringVar(&o.Null, "null", filepath.Join(filepath.Dir(self), "conft-null"), "the same, built with -tags nullcopy")
	flag.StringVar(&o.WireGuard, "wireguard", filepath.Join(filepath.Dir(self), "wireguard-go"), "the program wireguard-go")
	flag.IntVar(&o.Rounds, "rounds", 5, "how often each candidate has its turn")
	flag.DurationVar(&o.Time, "time", 2*time.Second, "how long one TCP measurement lasts")
	flag.StringVar(&o.Profile, "profile", "", "an existing `directory` for what perf records of the routers under TCP")
	flag.BoolVar(&o.Awake, "awake", false, "keep idle cores from halting, which a round trip waits for")
	only := flag.String("only", "", "measure only the paths whose names match this expression")
	measures := flag.String("measure", "", "take only the measurements whose names match this expression")
	flag.Parse()
	if *measures != "" {
		if o.Measures, err = regexp.Compile(*measures); err != nil {
			return err
		}
	}
	if *only != "" {
		if o.Only, err = regexp.Compile(*only); err != nil {
			return err
		}
	}
	if os.Getuid() != 0 {
		return fmt.Errorf("it needs root, for network namespaces")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	return bench.Run(ctx, o)
}
