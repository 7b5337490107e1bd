package router

import "testing"

func TestMappedAt(t *testing.T) {
	if at := mappedAt("[stack]"); at == 0 {
		t.Error("this program has no stack")
	}
	if at := mappedAt("[nothing]"); at != 0 {
		t.Errorf("what is not there is at %x", at)
	}
}
