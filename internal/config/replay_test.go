package config

import "testing"

func TestReplaySize(t *testing.T) {
	for _, v := range []struct {
		entry, global Replay
		want          int
	}{
		{Replay{}, Replay{}, 64},
		{Replay{}, Replay{Window: 512}, 512},
		{Replay{Window: 64}, Replay{Window: 512}, 64},
		{Replay{}, Replay{Window: 512, Disabled: true}, 0},
		{Replay{Window: 128}, Replay{Disabled: true}, 128},
		{Replay{Window: 128, Disabled: true}, Replay{Window: 512}, 0},
	} {
		if got := v.entry.Size(v.global); got != v.want {
			t.Errorf("%+v under %+v: %d, want %d", v.entry, v.global, got, v.want)
		}
	}
}
