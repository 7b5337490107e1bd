package lab

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"conft/internal/attach"
)

// Options of Up.
type Options struct {
	Dir     string
	Keep    bool   // leave the lab up
	Explain string // language of the teacher's notes, "" for none
	Out     io.Writer
	Columns int
	Rows    int
	// Interactive, when set, gives the user the first console after the script.
	// Its screen goes to Out already; the channel delivers when the session ends.
	Interactive func(keys *attach.Client, ended <-chan error) error
}

// Running is a lab whose supervisor this process started.
type Running struct {
	dir   string
	stdin io.WriteCloser
	cmd   *exec.Cmd
}

// Start makes the lab and waits until its routers answer.
func Start(t *Topology, dir string) (*Running, error) {
	if err := alone(dir); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "lab", "supervise", t.Name, dir)
	// Not this process's standard error: a lab that is kept would hold it open, and
	// whoever reads it would wait for the end of the lab.
	complaints, err := unnamed()
	if err != nil {
		return nil, err
	}
	defer complaints.Close()
	cmd.Stderr = complaints
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if os.Getuid() != 0 {
		// Root of a user namespace of our own may make network namespaces.
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	r := &Running{dir: dir, cmd: cmd}
	out, err := cmd.StdoutPipe()
	if err == nil {
		r.stdin, err = cmd.StdinPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, startError(err)
	}
	said, _ := bufio.NewReader(out).ReadString('\n')
	if said = strings.TrimSpace(said); said != "ready" {
		cmd.Wait()
		if said == "" { // it has died
			b, _ := io.ReadAll(io.NewSectionReader(complaints, 0, 1<<16))
			said = string(b)
		}
		return nil, fmt.Errorf("the lab did not start: %s", strings.TrimPrefix(said, "error "))
	}
	return r, nil
}

// unnamed makes a temporary file that has no name at any time, so that nothing is left of
// it whenever this process is killed; only a file system without such files gives it one
// for a moment.
func unnamed() (*os.File, error) {
	const tmpfile = 0o20000000 | syscall.O_DIRECTORY // O_TMPFILE
	if f, err := os.OpenFile(os.TempDir(), os.O_RDWR|tmpfile, 0o600); err == nil {
		return f, nil
	}
	f, err := os.CreateTemp("", "conft-lab-")
	if err == nil {
		err = os.Remove(f.Name())
	}
	return f, err
}

// startError adds the remedy where user namespaces are switched off.
func startError(err error) error {
	if os.Getuid() != 0 {
		return fmt.Errorf("no user namespace for the lab (%w): run it as root, or allow them with `sysctl kernel.unprivileged_userns_clone=1`", err)
	}
	return err
}

// Keep lets the lab outlive this process.
func (r *Running) Keep() error {
	_, err := io.WriteString(r.stdin, "keep\n")
	return err
}

// Stop ends the lab and waits until it has gone.
func (r *Running) Stop() error {
	r.cmd.Process.Signal(syscall.SIGTERM)
	if err := r.cmd.Wait(); err != nil {
		return fmt.Errorf("the lab's supervisor ended with %w", err)
	}
	return nil
}

// Up starts a lab, types its script and gives the user the first console. The lab
// is down again when Up returns, unless it is to be kept and nothing failed.
func Up(t *Topology, o Options) (err error) {
	start := time.Now()
	fmt.Fprintf(o.Out, "Lab %s: %s.\n", t.Name, t.Title)
	r, err := Start(t, o.Dir)
	if err != nil {
		return err
	}
	defer func() {
		if err == nil && o.Keep {
			err = r.Keep()
			return
		}
		if e := r.Stop(); err == nil {
			err = e
		}
	}()
	first, err := t.play(o)
	if err != nil {
		return err
	}
	defer first.client.Close()
	fmt.Fprintf(o.Out, "\r\nThe lab took %.1f seconds.", time.Since(start).Seconds())
	if o.Interactive == nil {
		fmt.Fprintln(o.Out)
		return nil
	}
	fmt.Fprintf(o.Out, " This is %s; `%s lab console %s` in another window is %[3]s.\r\n", t.First, os.Args[0], t.other())
	first.client.Write([]byte("\r"))
	return o.Interactive(first.client, first.done)
}

// play types the script and returns the first router's console.
func (t *Topology) play(o Options) (first *typist, err error) {
	consoles := map[string]*typist{}
	for i, s := range t.Script {
		c := consoles[s.Router]
		fmt.Fprintf(o.Out, "\n\n--- %s: %s ---\n", s.Router, s.Say)
		if c == nil {
			socket, err := Console(o.Dir, s.Router)
			if err != nil {
				return nil, err
			}
			if c, err = sit(socket, o.Columns, 0, o.Out); err != nil {
				return nil, err
			}
			consoles[s.Router] = c
		}
		if _, err := c.enter("", 20*time.Second); err != nil { // a fresh prompt
			return nil, err
		}
		if err := c.step(s, o.Explain); err != nil {
			return nil, err
		}
		if s.Router != t.First && !slices.ContainsFunc(t.Script[i+1:], func(later Step) bool { return later.Router == s.Router }) {
			c.client.Close() // its log would run into the other's
		}
	}
	return consoles[t.First], nil
}

var refused = regexp.MustCompile(`(?m)^% (Invalid|Incomplete|Ambiguous)`)

// step types one step's lines. Language is typed before the first debug line.
func (c *typist) step(s Step, language string) error {
	for i, line := range s.Lines {
		if language != "" && strings.HasPrefix(line, "debug ") {
			if _, err := c.enter("terminal debug-explain "+language, 20*time.Second); err != nil {
				return err
			}
		}
		out, err := c.enter(line, 60*time.Second)
		if err != nil {
			return err
		}
		if refused.MatchString(out) {
			return fmt.Errorf("%s refused %q", s.Router, line)
		}
		if i == len(s.Lines)-1 && s.Expect != "" && !regexp.MustCompile(s.Expect).MatchString(out) {
			return errors.New(s.Failure)
		}
	}
	if s.Await == "" {
		return nil
	}
	return c.await(s.Await, 10*time.Second)
}
