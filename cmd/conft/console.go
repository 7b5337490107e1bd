package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/term"

	"conft/internal/attach"
)

func socketOf(dir string) string { return filepath.Join(dir, "console.sock") }

// console attaches this terminal to the running router.
func console(args []string) error {
	f := flag.NewFlagSet("console", flag.ContinueOnError)
	dir := f.String("dir", defaultDir, "")
	if err := parse(f, args); err != nil {
		return err
	}
	return attachTo(socketOf(*dir))
}

// attachTo opens a console session and joins it to standard input and output.
func attachTo(socket string) error {
	columns, rows, _ := term.GetSize(int(os.Stdin.Fd()))
	c, err := attach.Dial(socket, attach.Request{Columns: columns, Rows: rows})
	if err != nil {
		return err
	}
	defer c.Close()
	return join(c, func() <-chan error {
		ended := make(chan error, 1)
		go func() {
			_, err := io.Copy(os.Stdout, c)
			ended <- err
		}()
		return ended
	})
}

// giveKeys is join where the output is taken care of already.
func giveKeys(c *attach.Client, ended <-chan error) error {
	return join(c, func() <-chan error { return ended })
}

// join copies standard input to the session until the session ends. A terminal is in
// raw mode meanwhile: every key is the router's, and output that show starts to print
// comes as the router sends it. Whoever ends the program gets the terminal back as it
// was.
func join(c *attach.Client, show func() (ended <-chan error)) error {
	in := int(os.Stdin.Fd())
	stop := make(chan os.Signal, 1)
	if term.IsTerminal(in) {
		signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
		defer signal.Stop(stop)
		old, err := term.MakeRaw(in)
		if err != nil {
			return err
		}
		defer term.Restore(in, old)
		resized := make(chan os.Signal, 1)
		signal.Notify(resized, syscall.SIGWINCH)
		defer signal.Stop(resized)
		go func() {
			for range resized {
				if columns, rows, err := term.GetSize(in); err == nil {
					c.Resize(columns, rows)
				}
			}
		}()
	}
	go func() {
		io.Copy(c, os.Stdin)
		c.CloseWrite()
	}()
	var err error
	select {
	case err = <-show():
	case s := <-stop:
		return exitStatus(128 + int(s.(syscall.Signal)))
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		fmt.Print("\r\n% Connection to the router lost\r\n")
		return exitStatus(1)
	case errors.Is(err, io.EOF):
		return nil
	default:
		return err
	}
}

// execLines runs EXEC lines on the running router.
func execLines(args []string) error {
	f := flag.NewFlagSet("exec", flag.ContinueOnError)
	dir := f.String("dir", defaultDir, "")
	if err := parse(f, args); err != nil {
		return err
	}
	lines := f.Args()
	if len(lines) == 0 {
		text, err := io.ReadAll(os.Stdin)
		if err != nil {
			return err
		}
		lines = strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	}
	return execOn(socketOf(*dir), lines)
}

// execOn runs lines at privilege 15 and ends with the status of the session.
func execOn(socket string, lines []string) error {
	c, err := attach.Dial(socket, attach.Request{Exec: true})
	if err != nil {
		return err
	}
	defer c.Close()
	go func() { // lines behind one that ends the session have nobody to go to
		io.WriteString(c, strings.Join(lines, "\n")+"\n")
		c.CloseWrite()
	}()
	if _, err := io.Copy(os.Stdout, c); err != nil {
		return err
	}
	if c.Status != 0 {
		return exitStatus(c.Status)
	}
	return nil
}
