package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"conft/shell/grammar"
)

// filter is what stands behind "|": it gets whole lines without their end.
type filter struct {
	re   *regexp.Regexp
	tail string // blanks at the end of the line, which belong to the expression
	line func(f *filter, line []byte)
	end  func(f *filter)

	file string // redirect, append, tee: where the output goes
	add  bool   // to the end of the file
	tee  bool   // and to the terminal
	text []byte // for the file
	save func(file string, text []byte, add bool) error

	out    io.Writer
	part   []byte // of a line
	on     bool   // begin: found
	count  int
	block  []byte // section: the block being read
	wanted bool   // section: a line of it matches
	invert bool   // section exclude
}

var errRegexp = errors.New("% Failed to compile regular expression.")

// outputModifiers are the filters, as commands that set up a filter.
var outputModifiers = grammar.NewExec[*filter]("Output modifiers:",
	modifier("include", "Include lines that match", func(f *filter, line []byte) {
		if f.re.Match(line) {
			f.print(line)
		}
	}, nil),
	modifier("exclude", "Exclude lines that match", func(f *filter, line []byte) {
		if !f.re.Match(line) {
			f.print(line)
		}
	}, nil),
	modifier("begin", "Begin with the line that matches", func(f *filter, line []byte) {
		if f.on = f.on || f.re.Match(line); f.on {
			f.print(line)
		}
	}, nil),
	modifier("count", "Count number of lines which match regexp", func(f *filter, line []byte) {
		if f.re.Match(line) {
			f.count++
		}
	}, func(f *filter) { fmt.Fprintf(f.out, "\nNumber of lines which match regexp = %d\n", f.count) }),
	grammar.Exec[*filter]{
		Syntax: "section [include | exclude] LINE",
		Help: grammar.Help{"section": "Filter a section of output", "include": "Include entire section(s) of output",
			"exclude": "Exclude entire section(s) of output", "LINE": "Regular Expression"},
		Run: func(_ context.Context, f *filter, a grammar.Args) (err error) {
			f.line, f.end, f.invert = section, endSection, a.Has("exclude")
			f.re, err = compile(a.String("LINE") + f.tail)
			return err
		},
	},
	toFile("redirect", "Redirect output to URL", "URL to redirect output", false, false),
	toFile("append", "Append redirected output to URL (URLs supporting append operation only)", "URL to append redirected output", true, false),
	toFile("tee", "Copy output to URL", "URL to copy output to", false, true),
	toFile("tee /append", "Copy output to URL", "URL to copy output to", true, true))

// toFile is a modifier that has the output written to a file.
func toFile(words, help, where string, add, tee bool) grammar.Exec[*filter] {
	first, _, _ := strings.Cut(words, " ")
	return grammar.Exec[*filter]{
		Syntax: words + " flash:$file",
		Help:   grammar.Help{first: help, "/append": "Append redirected output to URL", "$file": where},
		Run: func(_ context.Context, f *filter, a grammar.Args) error {
			f.file, f.add, f.tee = a.String("file"), add, tee
			return nil
		},
	}
}

// modifier is a filter with one argument.
func modifier(word, help string, line func(*filter, []byte), end func(*filter)) grammar.Exec[*filter] {
	return grammar.Exec[*filter]{
		Syntax: word + " LINE",
		Help:   grammar.Help{word: help, "LINE": "Regular Expression"},
		Run: func(_ context.Context, f *filter, a grammar.Args) (err error) {
			f.line, f.end = line, end
			f.re, err = compile(a.String("LINE") + f.tail)
			return err
		},
	}
}

// section collects a block: a line and the lines below it that are indented more.
func section(f *filter, line []byte) {
	if len(line) == 0 || line[0] != ' ' && line[0] != '\t' {
		endSection(f)
	}
	f.block = append(append(f.block, line...), '\n')
	f.wanted = f.wanted || f.re.Match(line)
}

func endSection(f *filter) {
	if f.wanted != f.invert && len(f.block) > 0 {
		f.out.Write(f.block)
	}
	f.block, f.wanted = f.block[:0], false
}

func (f *filter) print(line []byte) { f.out.Write(append(line, '\n')) }

// Write implements io.Writer.
func (f *filter) Write(p []byte) (int, error) {
	if f.file != "" {
		f.text = append(f.text, p...)
		if f.tee {
			return f.out.Write(p)
		}
		return len(p), nil
	}
	f.part = append(f.part, p...)
	for {
		line, rest, ended := bytes.Cut(f.part, []byte{'\n'})
		if !ended {
			return len(p), nil
		}
		f.line(f, bytes.Clone(line))
		f.part = rest
	}
}

// flush takes the end of the output.
func (f *filter) flush() error {
	if f.file != "" {
		return f.save(f.file, f.text, f.add)
	}
	if len(f.part) > 0 {
		f.line(f, f.part)
	}
	if f.end != nil {
		f.end(f)
	}
	return nil
}

// compile translates a regular expression of IOS: `_` is a delimiter, itself among them,
// or an end of the line, braces are ordinary characters, and a backslash makes any character
// ordinary.
func compile(expr string) (*regexp.Regexp, error) {
	var b strings.Builder
	class := false
	groups := '0' // the last one
	runes := []rune(expr)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case r == '\\':
			if i++; i == len(runes) || !class && '1' <= runes[i] && runes[i] <= groups {
				return nil, errRegexp // what a group has matched cannot be asked for
			}
			b.WriteString(regexp.QuoteMeta(string(runes[i])))
		case class:
			class = r != ']' || runes[i-1] == '[' || runes[i-1] == '^' && runes[i-2] == '['
			if r == '[' {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
		case r == '[':
			class = true
			b.WriteRune(r)
		case r == '_':
			b.WriteString(`(?:^|$|[ ,{}()_])`)
		case r == '{' || r == '}':
			b.WriteString(regexp.QuoteMeta(string(r)))
		case r == '?' && i > 0 && runes[i-1] == '(':
			return nil, errRegexp // Go would take it for a flag
		case r == '(':
			groups++
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	re, err := regexp.Compile(b.String())
	if err != nil {
		return nil, errRegexp
	}
	return re, nil
}
