package nettest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"conft/internal/netns"
)

// Conft is a conft process, the router of one namespace.
type Conft struct {
	Dir string // its --dir

	t    testing.TB
	ns   *netns.NS
	args []string
	cmd  *exec.Cmd     // nil while it does not run
	done chan struct{} // closed when cmd has ended
	err  error         // what cmd ended with
}

// buildDir is where the program under test is built; TestMain makes and removes it.
var buildDir string

// program builds conft when the first test needs it.
var program = sync.OnceValues(func() (string, error) {
	path := filepath.Join(buildDir, "conft")
	cmd := exec.Command("go", "build", "-o", path, "conft/cmd/conft")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%v: %w\n%s", cmd, err, out)
	}
	return path, nil
})

// Program returns the path of conft, built for this run of the tests.
func Program(t testing.TB) string {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Run runs `conft ARGS` in a namespace and returns what it printed and its exit
// status.
func Run(t testing.TB, ns *netns.NS, stdin string, args ...string) (out string, status int) {
	t.Helper()
	return run(t, ns, stdin, exec.Command(Program(t), args...))
}

func run(t testing.TB, ns *netns.NS, stdin string, cmd *exec.Cmd) (out string, status int) {
	t.Helper()
	var b bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &b, &b
	cmd.WaitDelay = 5 * time.Second // for what it left running with its output open
	if err := ns.Start(cmd); err != nil {
		t.Fatal(err)
	}
	tooLong := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer tooLong.Stop()
	err := cmd.Wait()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return b.String(), cmd.ProcessState.ExitCode()
}

// StartConft starts a router with an empty nvram in a namespace and waits until its
// console answers; maps are like "GigabitEthernet0/0=eth0". It ends with the test;
// what it printed is shown when the test fails.
func StartConft(t testing.TB, ns *netns.NS, maps ...string) *Conft {
	t.Helper()
	c := &Conft{Dir: shortDir(t), t: t, ns: ns}
	c.args = []string{"run", "--dir", c.Dir, "--no-console", "--clock", "boot", "--ready-fd", "3"}
	for _, m := range maps {
		c.args = append(c.args, "--map", m)
	}
	t.Cleanup(func() {
		if c.cmd != nil {
			c.Close()
		}
		if out, _ := os.ReadFile(c.output()); t.Failed() {
			t.Logf("conft in %s printed:\n%s", ns.Name, out)
		}
	})
	c.Start()
	return c
}

// Start starts the router again after Close or Kill, with the nvram as it was left.
func (c *Conft) Start() {
	c.t.Helper()
	path := Program(c.t)
	out, err := os.OpenFile(c.output(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		c.t.Fatal(err)
	}
	defer out.Close()
	ready, w, err := os.Pipe()
	if err != nil {
		c.t.Fatal(err)
	}
	defer ready.Close()
	cmd := exec.Command(path, c.args...)
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = out, out, []*os.File{w}
	err = c.ns.Start(cmd)
	w.Close()
	if err != nil {
		c.t.Fatal(err)
	}
	c.cmd, c.done = cmd, make(chan struct{})
	go func() {
		c.err = cmd.Wait()
		close(c.done)
	}()
	ready.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := ready.Read(make([]byte, 1)); err != nil {
		c.t.Fatalf("conft in %s did not become ready: %v", c.ns.Name, err)
	}
}

// Exec runs lines at privilege 15 as `conft exec` does and returns what the console
// shows. A line that is refused fails the test.
func (c *Conft) Exec(lines ...string) string {
	c.t.Helper()
	out, err := c.Try(lines...)
	if err != nil {
		c.t.Fatalf("conft in %s refused: %v\n%s", c.ns.Name, err, out)
	}
	return out
}

// Try is Exec for lines that may be refused; then the error is not nil.
func (c *Conft) Try(lines ...string) (string, error) {
	path, err := program()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, append([]string{"exec", "--dir", c.Dir}, lines...)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := c.ns.Start(cmd); err != nil {
		return "", err
	}
	err = cmd.Wait()
	return out.String(), err
}

// Close stops the router in an orderly way.
func (c *Conft) Close() {
	c.t.Helper()
	c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.done:
	case <-time.After(15 * time.Second):
		c.cmd.Process.Signal(syscall.SIGQUIT) // its goroutines are the explanation
		<-c.done
		c.t.Errorf("conft in %s did not stop", c.ns.Name)
	}
	if c.err != nil {
		c.t.Errorf("conft in %s ended with %v", c.ns.Name, c.err)
	}
	c.cmd = nil
}

// Kill ends the router without warning, as a power failure does.
func (c *Conft) Kill() {
	c.cmd.Process.Kill()
	<-c.done
	c.cmd = nil
}

func (c *Conft) output() string { return filepath.Join(c.Dir, "output") }

// shortDir is a temporary directory whose path leaves room for a socket's name,
// which may have 107 octets in all; t.TempDir's contains the name of the test.
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "conft-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
