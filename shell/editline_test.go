package shell

import (
	"math/rand/v2"
	"testing"
)

// In a terminal of any width, whatever the prompt, what is shown of a line fits behind it, and
// the cursor stands in it.
func TestViewFits(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for width := 1; width <= 60; width++ {
		for _, prompt := range []string{"", "R1#", "Branch-Office-12(config-isakmp-group)#"} {
			l := &editLine{prompt: prompt, width: width}
			for range 300 {
				switch random.IntN(8) {
				case 0:
					l.at = random.IntN(len(l.text) + 1)
				case 1:
					l.cut(l.wordLeft())
				case 2:
					l.insert('漢')
				default:
					l.insert('a')
				}
				if shown, cursor := l.view(); cells(shown) > l.room() || cursor > l.room() {
					t.Fatalf("width %d, prompt %q: %q in %d cells, the cursor in %d", width, prompt, string(shown), l.room(), cursor)
				}
			}
		}
	}
}
