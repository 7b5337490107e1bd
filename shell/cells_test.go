package shell

import (
	"slices"
	"testing"
)

func TestWrapCells(t *testing.T) {
	for _, tt := range []struct {
		text  string
		width int
		want  []string
	}{
		{"one two three", 7, []string{"one two", "three"}},
		{"one two three", 8, []string{"one two", "three"}},
		{"a verylongword b", 6, []string{"a", "verylongword", "b"}},
		{"", 10, nil},
		{"发起方发送", 6, []string{"发起方", "发送"}},
		{"发起方。发送", 6, []string{"发起", "方。发", "送"}}, // no full stop begins a line
		{"使用（预共享）", 6, []string{"使用", "（预共", "享）"}},
		{"第1条 ISAKMP 消息", 8, []string{"第1条", "ISAKMP", "消息"}},
	} {
		if got := wrapCells(tt.text, tt.width); !slices.Equal(got, tt.want) {
			t.Errorf("%q in %d cells: %q, want %q", tt.text, tt.width, got, tt.want)
		}
	}
}
