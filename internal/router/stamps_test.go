package router

import (
	"path/filepath"
	"strings"
	"testing"

	"conft/debug"
	"conft/nvram"
)

// Where a disk has room for the configuration and not for the time of saving, the
// configuration is saved, and the log tells the rest.
func TestSavedWithoutItsStamp(t *testing.T) {
	s, err := nvram.Open(filepath.Join(t.TempDir(), "nvram.db"))
	if err != nil {
		t.Fatal(err)
	}
	clock := NewClock(BootClock, nil)
	r := &Router{nvram: s, clock: clock, hub: debug.NewHub(clock)}
	if r.stampSaved(debug.Origin{User: "ann"}); len(r.hub.Buffer()) != 0 {
		t.Errorf("the log is %q", r.hub.Buffer())
	}
	s.Close() // takes nothing more
	r.stampSaved(debug.Origin{User: "bob"})
	if log := r.hub.Buffer(); len(log) != 1 || !strings.Contains(log[0], "%CONFT-3-NVRAM: the time of saving could not be kept: ") {
		t.Errorf("the log is %q", log)
	}
	if _, saved := r.ConfigStamps(); saved.SavedBy != "bob" {
		t.Errorf("saved by %s", saved.SavedBy)
	}
}
