package nvram

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func open(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestKeepsWhatWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nvram.db")
	s := open(t, path)
	if _, ok, err := s.StartupConfig(); ok || err != nil {
		t.Fatalf("a new file has a startup-config: %v %v", ok, err)
	}
	want := []byte("hostname R1\nend\n")
	if err := s.SetStartupConfig(want, nil); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, path)
	if got, ok, err := s.StartupConfig(); !ok || err != nil || !bytes.Equal(got, want) {
		t.Fatalf("got %q %v %v", got, ok, err)
	}
	if err := s.EraseStartupConfig(); err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := s.StartupConfig(); ok {
		t.Fatal("erased configuration is still there")
	}
}

func TestSecondRouterIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nvram.db")
	open(t, path)
	if _, err := Open(path); !errors.Is(err, ErrBusy) {
		t.Fatalf("got %v", err)
	}
}

// Every octet of the file is damaged in turn: the text read afterwards is the one
// that was written, or the file is refused, and in no case changed by the refusal.
func TestDamageIsFound(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole.db")
	s := open(t, whole)
	want := bytes.Repeat([]byte("interface GigabitEthernet0/0\n"), 20)
	if err := s.SetStartupConfig(want, nil); err != nil {
		t.Fatal(err)
	}
	s.Close()
	image, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	try := func(name string, bad []byte) {
		path := filepath.Join(dir, name) // a refused file may stay locked until the process ends
		defer os.Remove(path)
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path)
		if err != nil {
			refused++
			if !errors.Is(err, ErrDamaged) {
				t.Fatalf("%s: %v", name, err)
			}
			if now, _ := os.ReadFile(path); !bytes.Equal(now, bad) {
				t.Fatalf("%s: the refused file was changed", name)
			}
			return
		}
		defer s.Close()
		got, ok, err := s.StartupConfig()
		if err == nil && ok && !bytes.Equal(got, want) {
			t.Fatalf("%s: a damaged text was returned", name)
		}
	}
	step := 1
	if testing.Short() {
		step = 37
	}
	for i := 0; i < len(image); i += step {
		if image[i] == 0 && i%64 != 0 {
			continue // free space, sampled
		}
		bad := bytes.Clone(image)
		bad[i] ^= 0x55
		try(fmt.Sprintf("octet %d", i), bad)
	}
	for _, n := range []int{0, 1, 100, 4096, len(image) / 2, len(image) - 4096} {
		try(fmt.Sprintf("cut to %d", n), bytes.Clone(image[:n]))
	}
	try("other content", []byte("not a database\n"))
	if refused == 0 {
		t.Fatal("no damage was refused")
	}
}

// The file holds pre-shared keys: nobody else reads it, not even one that was made by
// hand or copied back.
func TestFileIsPrivate(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	path := filepath.Join(t.TempDir(), "nvram.db")
	for range 2 {
		s := open(t, path)
		if err := s.SetStartupConfig([]byte("crypto isakmp key secret address 0.0.0.0"), nil); err != nil {
			t.Fatal(err)
		}
		s.Close()
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
		if err := os.Chmod(path, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// A writer process is killed at random moments; afterwards the file holds one of
// the texts it wrote, whole.
func TestKillDuringWrite(t *testing.T) {
	if path := os.Getenv("NVRAM_WRITER"); path != "" {
		writeForever(path)
	}
	path := filepath.Join(t.TempDir(), "nvram.db")
	for round := range 15 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKillDuringWrite$")
		cmd.Env = append(os.Environ(), "NVRAM_WRITER="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// Kill after a random number of completed writes and a random part of the next.
		r := bufio.NewReader(out)
		for range 1 + rand.IntN(4) {
			if _, err := r.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		for end := time.Now().Add(time.Duration(rand.IntN(3000)) * time.Microsecond); time.Now().Before(end); {
		}
		cmd.Process.Kill()
		cmd.Wait()
		s, err := Open(path)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		got, ok, err := s.StartupConfig()
		s.Close()
		if err != nil || !ok || len(got) < 100 || !bytes.Equal(got, bytes.Repeat(got[:1], len(got))) {
			t.Fatalf("round %d: neither the old nor the new text: %d octets %v %v", round, len(got), ok, err)
		}
	}
}

func writeForever(path string) {
	s, err := Open(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for i := 0; ; i++ {
		text := bytes.Repeat([]byte{byte('a' + i%26)}, 100+rand.IntN(100000))
		if err := s.SetStartupConfig(text, nil); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(i)
	}
}
