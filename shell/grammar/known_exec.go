package grammar

import (
	"slices"
	"strings"
)

// KnownExec is an EXEC command that other routers have and this one has not: it is
// answered by what is to be said of it instead of by a ^ marker. `?` does not list it,
// and a command of the table that reads the line has it.
type KnownExec struct {
	Words  string // keywords that the command begins with, WORD for any word
	Answer string // what is printed, without the end of the line; "" for nothing
}

// leastExec is how many letters of a keyword tell an EXEC command that is only known.
const leastExec = 2

// KnownAnswer returns what is to be said of a line that no command of the table reads, by
// the first of the list that fits.
func KnownAnswer(list []KnownExec, line string) (string, bool) {
	for _, k := range list {
		if k.fits(list, line) {
			return k.Answer, true
		}
	}
	return "", false
}

// fits reports whether a line begins with the words or their abbreviations. What is a word
// of its own behind the same words, as "ip" is behind "show", abbreviates no other there.
func (k KnownExec) fits(list []KnownExec, line string) bool {
	offset := 0
	words := strings.Fields(k.Words)
	for i, want := range words {
		w, ok := nextWord(line, offset)
		if n := len(want) - 1; ok && want[n] == ':' && commonPrefix(want, w.text) == n+1 { // with a name
			offset = w.offset + len(w.text)
			continue
		}
		if !ok || want != "WORD" && commonPrefix(want, w.text) < len(w.text) {
			return false
		}
		if want != "WORD" && len(w.text) < len(want) && (len(w.text) < leastExec || isWord(list, words[:i], w.text)) {
			return false
		}
		offset = w.offset + len(w.text)
	}
	return true
}

func isWord(list []KnownExec, behind []string, s string) bool {
	return slices.ContainsFunc(list, func(k KnownExec) bool {
		words := strings.Fields(k.Words)
		return len(words) > len(behind) && slices.Equal(words[:len(behind)], behind) && strings.EqualFold(words[len(behind)], s)
	})
}
