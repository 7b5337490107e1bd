package ike

import "net/netip"

// backlog holds the jobs that no worker has taken yet. Those of who has authenticated, and of
// exchanges that we have begun, come before those of strangers; within both, addresses take
// turns, so that whoever asks for much waits for himself.
type backlog struct{ known, strangers turns }

func (b *backlog) add(jobs []Job) {
	for _, j := range jobs {
		if j.stranger {
			b.strangers.add(j)
		} else {
			b.known.add(j)
		}
	}
}

// next returns the job whose turn it is, which take removes.
func (b *backlog) next() (Job, bool) {
	if j, ok := b.known.next(); ok {
		return j, true
	}
	return b.strangers.next()
}

func (b *backlog) take() {
	if _, ok := b.known.next(); ok {
		b.known.take()
	} else {
		b.strangers.take()
	}
}

// turns are the jobs of each address, and the addresses in the order of their turns.
type turns struct {
	jobs  map[netip.Addr][]Job
	order []netip.Addr
}

func (t *turns) add(j Job) {
	if t.jobs == nil {
		t.jobs = make(map[netip.Addr][]Job)
	}
	if len(t.jobs[j.peer]) == 0 {
		t.order = append(t.order, j.peer)
	}
	t.jobs[j.peer] = append(t.jobs[j.peer], j)
}

func (t *turns) next() (Job, bool) {
	if len(t.order) == 0 {
		return Job{}, false
	}
	return t.jobs[t.order[0]][0], true
}

func (t *turns) take() {
	peer := t.order[0]
	t.order = t.order[1:]
	if rest := t.jobs[peer][1:]; len(rest) > 0 {
		t.jobs[peer] = rest
		t.order = append(t.order, peer)
	} else {
		delete(t.jobs, peer)
	}
}
