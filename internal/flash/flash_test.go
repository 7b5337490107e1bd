package flash

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func open(t *testing.T) (*FS, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "flash")
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, dir
}

func TestFiles(t *testing.T) {
	f, _ := open(t)
	if _, err := f.Read("a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	for _, step := range []error{f.Write("/a", []byte("one\n")), f.Append("a", []byte("two\n")), f.Append("b", []byte("new")), f.Mkdir("d"), f.Write("d/c", nil)} {
		if step != nil {
			t.Fatal(step)
		}
	}
	if got, err := f.Read("d/../a"); string(got) != "one\ntwo\n" || err != nil {
		t.Errorf("a holds %q, %v", got, err)
	}
	list, err := f.List("")
	if err != nil || len(list) != 3 || list[0].Name != "a" || list[0].Size != 8 || list[0].Dir || !list[2].Dir {
		t.Errorf("the top holds %+v, %v", list, err)
	}
	if err := f.Write("d", []byte("x")); err == nil {
		t.Error("a directory was written over")
	}
	if err := f.Remove("d"); err == nil {
		t.Error("a directory with a file in it was removed")
	}
	for _, err := range []error{f.Remove("d"), f.RemoveDir("a"), f.RemoveDir("d"), f.Rename("none", "x"), f.Write("e/x", nil)} {
		if err == nil {
			t.Error("removed as what it is not, or renamed though it is not there")
		} else if r := Reason(err); r != "Is a directory" && r != "Not a directory" && r != "Directory not empty" && r != "No such file or directory" {
			t.Errorf("the reason is %q", r)
		}
	}
	if err := errors.Join(f.Rename("d/c", "a"), f.RemoveDir("d"), f.Remove("a")); err != nil {
		t.Error(err)
	}
	if f.Exists("a") || !f.Exists("b") {
		t.Error("Exists does not know what is there")
	}
	if total, free, err := f.Space(); total == 0 || free > total || err != nil {
		t.Error(total, free, err)
	}
}

// What is written takes nobody's name, and what a killed process left is not seen.
func TestUnfinished(t *testing.T) {
	f, dir := open(t)
	for _, name := range []string{"a.part", "a"} {
		if err := f.Write(name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := f.Read("a.part"); string(got) != "a.part" || err != nil {
		t.Errorf("beside another file it holds %q, %v", got, err)
	}
	left := []string{filepath.Join(dir, unfinished), filepath.Join(dir, "d", unfinished)}
	if err := errors.Join(f.Mkdir("d"), os.WriteFile(left[0], []byte("half"), 0o600), os.WriteFile(left[1], []byte("half"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if list, err := f.List(""); len(list) != 3 || err != nil {
		t.Errorf("the top holds %+v, %v", list, err)
	}
	_, err := f.Read(unfinished)
	for _, err := range []error{err, f.Write("d/"+unfinished, nil), f.Remove(unfinished), f.Mkdir(unfinished)} {
		if !errors.Is(err, fs.ErrPermission) {
			t.Error(err)
		}
	}
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	for _, name := range left {
		if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What lies outside of the directory cannot be reached, by no name and over no link.
func TestConfinement(t *testing.T) {
	f, dir := open(t)
	secret := filepath.Join(filepath.Dir(dir), "secret")
	if err := errors.Join(os.WriteFile(secret, []byte("s"), 0o600), os.Symlink(secret, filepath.Join(dir, "link")), os.Symlink("..", filepath.Join(dir, "up"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../secret", "/../secret", "link", "up/secret", "a/../../secret"} {
		if text, err := f.Read(name); err == nil {
			t.Errorf("%s gave %q", name, text)
		}
	}
	for _, name := range []string{"up/new", "link"} {
		f.Write(name, []byte("x"))
		f.Append(name, []byte("x"))
	}
	if text, _ := os.ReadFile(secret); string(text) != "s" {
		t.Errorf("the file outside is now %q", text)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(dir), "new")); err == nil {
		t.Error("a file was made outside")
	}
}
