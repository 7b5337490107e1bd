package commands

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"conft/internal/config"
	"conft/internal/flash"
)

// A place is where a text may be: the running or the startup configuration, or a file
// in flash:. Its spelling is what the grammar's `flash:`, `running-config` … give.
type place string

const (
	placeRunning place = "running-config"
	placeStartup place = "startup-config"
	placeNull    place = "null:"
)

// canonical is the place that a spelling names.
func canonical(s string) place {
	switch s {
	case "system:running-config", "system:/running-config":
		return placeRunning
	case "nvram:startup-config", "nvram:/startup-config":
		return placeStartup
	}
	return place(s)
}

// file returns the name in flash:; ok is false for another place.
func (p place) file() (name string, ok bool) {
	name, ok = strings.CutPrefix(string(p), "flash:")
	return strings.TrimLeft(name, "/"), ok
}

// name is the place without its file system.
func (p place) name() string {
	s := string(p)
	return strings.TrimLeft(s[strings.IndexByte(s, ':')+1:], "/")
}

// missing is the error of a place that does not exist.
func (p place) missing() error { return fileError("opening %s (No such file or directory)", p) }

// read returns the text at a place.
func (p place) read(r Router) ([]byte, error) {
	switch p {
	case placeRunning:
		return []byte(Text(r.Config())), nil
	case placeStartup:
		text, err := r.Startup()
		if err == nil && text == nil {
			err = fs.ErrNotExist
		}
		return text, p.failed(err)
	}
	name, ok := p.file()
	if !ok {
		return nil, p.missing()
	}
	text, err := r.Flash().Read(name)
	return text, p.failed(err)
}

// write puts a text at a place; to the running configuration it is added.
func (p place) write(r Router, t Terminal, text []byte) error {
	switch p {
	case placeRunning:
		return merge(r, t, string(text))
	case placeStartup:
		return p.failed(r.SaveStartup(text, t.Origin()))
	case placeNull:
		return nil
	}
	name, ok := p.file()
	if !ok || name == "" {
		return fileError("opening %s (it cannot be written)", p)
	}
	return p.failed(r.Flash().Write(name, text))
}

// failed words an error of the file system.
func (p place) failed(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p.missing()
	case err != nil:
		return fileError("opening %s (%s)", p, flash.Reason(err))
	}
	return nil
}

// merge types a text at the running configuration, in one transaction. Lines that are
// refused are named; the others hold.
func merge(r Router, t Terminal, text string) error {
	var refused error
	err := r.Change(func(c *config.Config) error {
		refused = Load(c, text)
		return nil
	})
	if err != nil {
		return err
	}
	r.Configured(t.Origin(), r.ConfigSession(), "copy to running-config")
	return tellRefused(t, refused)
}

// tellRefused prints the lines of a text that were refused.
func tellRefused(t Terminal, refused error) error {
	if refused == nil {
		return nil
	}
	var b strings.Builder
	for _, e := range unjoin(refused) {
		fmt.Fprintf(&b, "%% %v\n", e)
	}
	return say(t, b.String())
}

func unjoin(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}
