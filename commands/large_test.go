package commands

import (
	"testing"

	"conft/internal/large"
)

// BenchmarkLarge is what 100,000 lines cost that are not the kernel's: to be read and
// validated, read over themselves, copied, compared, and written.
func BenchmarkLarge(b *testing.B) {
	text := large.Configuration(100_000)
	read := newRouter()
	if err := Load(read, text); err != nil {
		b.Fatal(err)
	}
	clone := read.Clone()
	for _, step := range []struct {
		name string
		run  func() bool
	}{
		{"read", func() bool { return Load(newRouter(), text) == nil }},
		{"merge", func() bool { return Load(read.Clone(), text) == nil }},
		{"clone", func() bool { return read.Clone() != nil }},
		{"compare", func() bool { return read.Equal(clone) }},
		{"write", func() bool { return Text(read) != "" }},
	} {
		b.Run(step.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !step.run() {
					b.Fatal("refused")
				}
			}
		})
	}
}
