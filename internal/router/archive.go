package router

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/flash"
)

// The archive is a family of files in flash: whose names are the configured path, the
// time, and a number that counts on.

// ErrNoArchive means that no path is configured.
var ErrNoArchive = errors.New("router: no archive path")

// archiver keeps the time of the next configuration that is archived by itself.
type archiver struct {
	mu     sync.Mutex // also makes one archiving of it all
	period int        // minutes
	timer  *time.Timer
}

// stampPattern matches what stampOf gives.
const stampPattern = `[A-Z][a-z]{2}-\d{1,2}-\d{2}-\d{2}-\d{2}\.\d{3}(-[^/]+)?`

// archiveBase returns what archived names begin with, $h filled in and $t where the time
// stands, and whether there is a path.
func (r *Router) archiveBase() (base string, ok bool) {
	c := r.Config()
	base, ok = strings.CutPrefix(c.Archive.Path, "flash:")
	if base = strings.ReplaceAll(base, "$h", c.Hostname); !strings.Contains(path.Base(base), "$t") {
		base += "-$t"
	}
	return base, ok
}

func (r *Router) stampOf(c *config.Config) string {
	layout := "Jan-_2-15-04-05.000"
	if c.IOS15() {
		layout += "-MST"
	}
	return strings.NewReplacer("- ", "-", "/", "-").Replace(r.clock.Now().Format(layout)) // a zone may have any name
}

// Archives returns the names of the archived configurations, oldest first. Another file is
// none of them, whatever its name begins with.
func (r *Router) Archives() ([]string, error) {
	base, ok := r.archiveBase()
	if !ok {
		return nil, ErrNoArchive
	}
	dir, base := path.Split(base)
	files, err := r.flash.List(dir)
	if err != nil {
		return nil, err
	}
	ours := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(base), `\$t`, stampPattern) + `-\d+$`)
	files = slices.DeleteFunc(files, func(f flash.File) bool {
		return f.Dir || !ours.MatchString(f.Name) || number(f.Name) < 0
	})
	slices.SortStableFunc(files, func(a, b flash.File) int { return number(a.Name) - number(b.Name) })
	var names []string
	for _, f := range files {
		names = append(names, dir+f.Name)
	}
	return names, nil
}

// number is what an archived name ends in, -1 for a name that is none.
func number(name string) int {
	n, err := strconv.Atoi(name[strings.LastIndexByte(name, '-')+1:])
	if err != nil {
		return -1
	}
	return n
}

// NextArchive returns the name that a configuration archived now would get.
func (r *Router) NextArchive() (string, error) {
	all, err := r.Archives()
	if err != nil {
		return "", err
	}
	base, _ := r.archiveBase()
	n := 0
	if len(all) > 0 {
		n = number(all[len(all)-1]) + 1
	}
	return fmt.Sprintf("%s-%d", strings.ReplaceAll(base, "$t", r.stampOf(r.Config())), n), nil
}

// Archive keeps the running configuration, and removes the oldest ones beyond the
// configured maximum.
func (r *Router) Archive() (name string, err error) {
	r.archiver.mu.Lock()
	defer r.archiver.mu.Unlock()
	if name, err = r.NextArchive(); err != nil {
		return "", err
	}
	c := r.Config()
	if err := r.flash.Write(name, []byte(r.text(c))); err != nil {
		return "", err
	}
	all, err := r.Archives()
	for len(all) > c.Archive.Maximum && err == nil {
		err = r.flash.Remove(all[0])
		all = all[1:]
	}
	return name, err
}

// setArchive has the configuration archived every so often.
func (r *Router) setArchive(a config.Archive) {
	r.archiver.mu.Lock()
	defer r.archiver.mu.Unlock()
	if a.Path == "" {
		a.Period = 0
	}
	if r.archiver.period == a.Period {
		return
	}
	if r.archiver.timer != nil {
		r.archiver.timer.Stop()
	}
	r.archiver.period, r.archiver.timer = a.Period, nil
	if a.Period == 0 {
		return
	}
	every := time.Duration(a.Period) * time.Minute
	r.archiver.timer = time.AfterFunc(every, func() { r.archiveAgain(every) })
}

func (r *Router) archiveAgain(every time.Duration) {
	if _, err := r.Archive(); err != nil {
		r.hub.Emit(debug.Notice{Level: 3, Facility: "CONFT", Mnemonic: "ARCHIVE", Text: oneLine(err)})
	}
	r.archiver.mu.Lock()
	defer r.archiver.mu.Unlock()
	if r.archiver.timer != nil && time.Duration(r.archiver.period)*time.Minute == every { // else it is another one's timer
		r.archiver.timer.Reset(every)
	}
}
