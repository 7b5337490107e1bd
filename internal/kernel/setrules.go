package kernel

import "errors"

// setRules makes the table what r says, of which text is the text.
func (k *Kernel) setRules(r ruleset, text string) error {
	t, err := newTransactor(k.most)
	if err != nil {
		return err
	}
	defer t.close()
	before, err := generation()
	if err != nil {
		return err
	}
	if err := k.follow(t, r); err != nil {
		if k.seen = 0; errors.Is(err, errRemains) {
			k.rules = nil // all is replaced the next time
		}
		return err
	}
	k.text, k.guards = text, len(r) > 0
	// Transactions of others in between may have been at the table.
	if k.seen, err = generation(); k.seen != before+t.done {
		k.seen = 0
	}
	return err
}

// follow is setRules without the record of it.
func (k *Kernel) follow(t *transactor, r ruleset) error {
	var counted tally
	if len(k.rules) > 0 && len(r) > 0 {
		err := k.alter(t, r, nil)
		if err == nil || errors.Is(err, errTooLong) || errors.Is(err, errRemains) {
			return err
		}
		// What could not be changed, by an old kernel or because somebody was at it, is
		// replaced.
		if counted, err = k.rules.counts(); err != nil {
			counted = nil // nothing to carry over from a table that is not ours any more
		}
	}
	all := r.replacement(tableName, counted)
	if t.fits(all) && !r.looksUp() {
		err := t.once(all)
		if err == nil {
			k.rules, k.second = r, false
		}
		return err
	}
	// What was open before may be so until all is there; what was not may not.
	begin, table := ruleset(nil), &script{}
	table.addTable(tableName)
	if k.guards {
		begin = hold()
		table = begin.replacement(tableName, nil)
	}
	if err := t.once(table); err != nil {
		return err
	}
	k.rules, k.second, k.text = begin, false, "?" // of what was there before nothing is left
	return k.alter(t, r, counted)
}
