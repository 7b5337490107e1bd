package commands

import (
	"fmt"
	"io"
	"strings"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/router"
)

// showCPUHistory prints `show processes cpu history`: a graph of the last 60 seconds, of
// the last 60 minutes and of the last 72 hours.
func showCPUHistory(w io.Writer, c *config.Config, clock debug.Clock, l router.Load) {
	fmt.Fprintf(w, "\n%s   %s\n\n", c.Hostname, clock.Now().Format("03:04:05 PM Monday Jan 2 2006 MST"))
	var seconds []router.Peak
	for _, s := range l.Seconds {
		seconds = append(seconds, router.Peak{Average: s, Maximum: s})
	}
	cpuGraph(w, seconds, 60, '*', textCPUSeconds)
	cpuGraph(w, l.Minutes, 60, '#', textCPUMinutes, textCPUMarks)
	cpuGraph(w, l.Hours, 72, '#', textCPUHours, textCPUMarks)
}

// cpuGraph prints one graph, the newest value at the left: its value above each column,
// then a column of marks that is a tenth of it high.
func cpuGraph(w io.Writer, values []router.Peak, columns int, average byte, legend ...string) {
	const margin = 6
	line := func(label string, cell func(router.Peak) byte) {
		b := []byte(fmt.Sprintf("%*s", margin, label))
		for i := range columns {
			mark := byte(' ')
			if i < len(values) {
				mark = cell(values[i])
			}
			b = append(b, mark)
		}
		fmt.Fprintln(w, strings.TrimRight(string(b), " "))
	}
	for _, unit := range []int{100, 10, 1} {
		line("", func(p router.Peak) byte {
			if p.Maximum < unit && unit > 1 {
				return ' '
			}
			return byte('0' + p.Maximum/unit%10)
		})
	}
	for level := 100; level > 0; level -= 10 {
		line(fmt.Sprintf("%4d ", level), func(p router.Peak) byte {
			switch {
			case p.Average+5 >= level:
				return average
			case p.Maximum+5 >= level:
				return '*'
			}
			return ' '
		})
	}
	tens, units := "", ""
	for i := 5; i <= columns; i += 5 {
		tens += fmt.Sprintf("....%d", firstDigit(i))
		if i > 5 {
			units += fmt.Sprintf("%5d", i%10)
		}
	}
	fmt.Fprintf(w, "%*s%s\n%*s%s\n", margin, "0", tens, margin+5, "", units)
	for _, text := range legend {
		fmt.Fprintf(w, "%*s%s\n", 15, "", text)
	}
	fmt.Fprintln(w)
}

func firstDigit(n int) int {
	if n >= 10 {
		return n / 10
	}
	return n
}
