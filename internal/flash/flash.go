// Package flash is the router's file system flash: one directory of the machine.
// Names are slash-separated and never lead out of it, whatever links lie inside.
//
// An FS is safe for concurrent use. A file is replaced as a whole: after a power
// failure it holds the old octets or the new ones.
package flash

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// MaxFile is the largest file that is read, in octets.
const MaxFile = 64 << 20

// unfinished is what a file is called, in its directory, while it is being written. No
// file has this name for those who use the file system.
const unfinished = ".~"

// FS is an open file system.
type FS struct {
	root *os.Root
	mu   sync.Mutex // makes Append one step
}

// File is one entry of a directory.
type File struct {
	Index    uint64 // number of the file on its file system
	Name     string
	Dir      bool
	Size     int64 // octets
	Modified time.Time
}

// Open opens the directory and makes it when there is none.
func Open(dir string) (*FS, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	f := &FS{root: root}
	f.clean()
	return f, nil
}

// clean removes what an earlier process did not finish. Where it cannot, the next file of
// that directory takes its place.
func (f *FS) clean() {
	_ = fs.WalkDir(f.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && path.Base(name) == unfinished {
			f.root.Remove(name)
		}
		return nil
	})
}

// Close releases the directory. It is idempotent.
func (f *FS) Close() error { return f.root.Close() }

// local makes a name relative: IOS writes flash:/NAME and flash:NAME alike.
func local(name string) string { return cmp.Or(strings.TrimLeft(path.Clean("/"+name), "/"), ".") }

// named is local for a name that may be used.
func named(name string) (string, error) {
	l := local(name)
	if path.Base(l) == unfinished {
		return "", &fs.PathError{Op: "open", Path: name, Err: syscall.EPERM}
	}
	return l, nil
}

// Read returns a file. The error is fs.ErrNotExist when there is none.
func (f *FS) Read(name string) ([]byte, error) {
	l, err := named(name)
	if err != nil {
		return nil, err
	}
	file, err := f.root.OpenFile(l, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe would have it wait for a writer
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, &fs.PathError{Op: "read", Path: name, Err: syscall.EISDIR}
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("flash: %s is no file", name)
	case info.Size() > MaxFile:
		return nil, fmt.Errorf("flash: %s is larger than %d octets", name, MaxFile)
	}
	return io.ReadAll(io.LimitReader(file, MaxFile))
}

// Exists reports whether there is a file or directory of that name.
func (f *FS) Exists(name string) bool {
	_, err := f.root.Stat(local(name))
	return err == nil
}

// Write makes or replaces a file; it is on disk when Write returns nil.
func (f *FS) Write(name string, text []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.write(name, text)
}

// Append adds to the end of a file, which is made when there is none.
func (f *FS) Append(name string, text []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	old, err := f.Read(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return f.write(name, append(old, text...))
}

func (f *FS) write(name string, text []byte) error {
	l, err := named(name)
	if err != nil {
		return err
	}
	if info, err := f.root.Stat(l); err == nil && info.IsDir() {
		return &fs.PathError{Op: "write", Path: name, Err: syscall.EISDIR}
	}
	part := path.Join(path.Dir(l), unfinished)
	file, err := f.root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = f.root.Rename(part, l)
	}
	if err != nil {
		return errors.Join(err, f.root.Remove(part))
	}
	return f.sync(path.Dir(l))
}

// Reason is what the machine says of a file, in IOS's words where it has any: "No space left
// on device".
func Reason(err error) string {
	text := err.Error()
	var at *fs.PathError
	var code syscall.Errno
	switch {
	case errors.As(err, &code):
		text = code.Error()
	case errors.As(err, &at):
		text = at.Err.Error()
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// sync makes the names of a directory survive a power failure.
func (f *FS) sync(dir string) error {
	d, err := f.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Remove removes a file.
func (f *FS) Remove(name string) error { return f.remove(name, false) }

// RemoveDir removes an empty directory.
func (f *FS) RemoveDir(name string) error { return f.remove(name, true) }

func (f *FS) remove(name string, dir bool) error {
	l, err := named(name)
	if err != nil {
		return err
	}
	info, err := f.root.Lstat(l)
	switch {
	case err != nil:
		return err
	case dir && !info.IsDir():
		return syscall.ENOTDIR
	case !dir && info.IsDir():
		return syscall.EISDIR
	}
	return f.root.Remove(l)
}

// Rename gives a file or a directory another name; a file of that name is replaced.
func (f *FS) Rename(from, to string) error {
	a, errA := named(from)
	b, errB := named(to)
	if err := cmp.Or(errA, errB); err != nil {
		return err
	}
	return f.root.Rename(a, b)
}

// Mkdir makes a directory.
func (f *FS) Mkdir(name string) error {
	l, err := named(name)
	if err != nil {
		return err
	}
	return f.root.Mkdir(l, 0o700)
}

// List returns the entries of a directory by name; "" is the top. Of a file it is the
// file alone.
func (f *FS) List(dir string) ([]File, error) {
	info, err := f.root.Stat(local(dir))
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []File{entry(info)}, nil
	}
	d, err := f.root.Open(local(dir))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	infos, err := d.Readdir(-1)
	if err != nil {
		return nil, err
	}
	var out []File
	for _, info := range infos {
		if info.Name() != unfinished && (info.Mode().IsRegular() || info.IsDir()) {
			out = append(out, entry(info))
		}
	}
	slices.SortFunc(out, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

func entry(info fs.FileInfo) File {
	e := File{Name: info.Name(), Dir: info.IsDir(), Size: info.Size(), Modified: info.ModTime()}
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		e.Index = s.Ino
	}
	return e
}

// Space returns the octets of the file system below and how many of them are free.
func (f *FS) Space() (total, free uint64, err error) {
	s, err := f.below()
	return s.Blocks * uint64(s.Bsize), s.Bavail * uint64(s.Bsize), err
}

// ReadOnly reports whether the file system below refuses writes.
func (f *FS) ReadOnly() bool {
	const readOnly = 1 // ST_RDONLY
	s, err := f.below()
	return err == nil && s.Flags&readOnly != 0
}

func (f *FS) below() (s syscall.Statfs_t, err error) {
	d, err := f.root.Open(".")
	if err != nil {
		return s, err
	}
	defer d.Close()
	err = syscall.Fstatfs(int(d.Fd()), &s)
	return s, err
}
