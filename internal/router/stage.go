package router

import (
	"errors"
	"time"

	"conft/internal/config"
)

// A pasted configuration comes line by line, and each line would have the kernel's rules
// read and replaced: of an access list in use with a thousand entries a thousand times.
// So a line that others follow at once is staged: it is checked, it is a transaction of
// its own, all see it in the running configuration; and the kernel, IKE and the data
// plane get it together with those behind it, in the order of Change. They stay what they were
// until then, so nothing is let by that was not before. When the kernel refuses what was
// staged, the lines are tried again in parts, so that only those are taken back which it
// cannot do.

// staged is a change that the kernel has not got yet.
type staged struct {
	again   func(*config.Config) error
	refused func(error)
}

// settleAfter bounds how long a change may be staged, where a long table does not make the
// kernel slower than that. maxStaged is how many are, at most.
const (
	settleAfter = time.Second
	maxStaged   = 1 << 17
)

// Stage is Change for a change that others follow at once: it takes effect with Settle,
// with the next Change, or after a while. again makes the same change once more; it may
// be called until then, refused when the kernel cannot do it, both from other goroutines
// and with the router locked: they must not block.
//
// A copy of a long configuration for each line would take minutes, so they share a draft of
// the next one, which is published when somebody asks for the configuration.
func (r *Router) Stage(f, again func(*config.Config) error, refused func(error)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.draft == nil {
		r.draft = r.running.Load().Clone()
		r.drafted.Store(true)
	}
	if err := f(r.draft); err != nil {
		if !errors.Is(err, config.ErrUnchanged) { // it may have made a part of the change
			r.draft, _ = remade(r.running.Load(), r.staged[r.undrafted:])
		}
		return err
	}
	r.staged = append(r.staged, staged{again, refused})
	switch len(r.staged) {
	case 1:
		r.overdue = time.AfterFunc(max(settleAfter, 4*r.settling), r.Settle)
	case maxStaged:
		r.settle()
	}
	return nil
}

// View has f look at the configuration with what is staged; f keeps nothing of it, and
// does not block.
func (r *Router) View(f func(*config.Config)) {
	if !r.drafted.Load() {
		f(r.running.Load())
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.draft != nil {
		f(r.draft)
	} else {
		f(r.running.Load())
	}
}

// publish makes the draft the running configuration.
func (r *Router) publish() {
	if r.draft == nil {
		return
	}
	r.running.Store(r.draft)
	r.draft, r.undrafted = nil, len(r.staged)
	r.drafted.Store(false)
}

// Settle gives to the kernel, to IKE and to the data plane what was staged.
func (r *Router) Settle() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
}

func (r *Router) settle() {
	r.publish()
	if len(r.staged) == 0 || r.ended {
		return
	}
	r.overdue.Stop()
	begin := time.Now()
	defer func() { r.settling = time.Since(begin) }()
	list := r.staged
	r.staged, r.undrafted = nil, 0
	if err := r.commit(r.running.Load()); err != nil {
		r.running.Store(inParts(r.settled, list, err, r.commit))
	}
}

// inParts makes of a list of changes, which together gave an error, those that can be made;
// it returns the configuration that came of it.
func inParts(settled *config.Config, list []staged, err error, commit func(*config.Config) error) *config.Config {
	if len(list) == 1 {
		list[0].refused(err)
		return settled
	}
	half := len(list) / 2
	for _, part := range [][]staged{list[:half], list[half:]} {
		c, possible := remade(settled, part)
		if len(possible) == 0 {
			continue
		}
		if err := commit(c); err != nil {
			settled = inParts(settled, possible, err, commit)
		} else {
			settled = c
		}
	}
	return settled
}

// remade is c with changes that were made before, but those that need one which was taken
// back.
func remade(c *config.Config, list []staged) (d *config.Config, possible []staged) {
	d = c.Clone()
	for _, s := range list {
		if err := s.again(d); err != nil {
			s.refused(err)
			d, _ = remade(c, possible)
			continue
		}
		possible = append(possible, s)
	}
	return d, possible
}
