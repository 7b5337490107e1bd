package nettest

import (
	"bufio"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
)

// initramfs writes an archive the kernel unpacks as its first file system: cpio in
// the "newc" format, see Documentation/driver-api/early-userspace/buffer-format.rst
// of Linux. Directories are made as files need them; all belong to root.
type initramfs struct {
	w    *bufio.Writer
	ino  int
	dirs map[string]bool
}

// writeInitramfs makes the archive of files copied from this machine and of texts,
// both by their absolute paths in the guest.
func writeInitramfs(name string, files map[string]string, texts map[string][]byte) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	a := &initramfs{w: bufio.NewWriter(f), dirs: map[string]bool{"/": true}}
	for _, at := range slices.Sorted(maps.Keys(files)) {
		body, err := os.ReadFile(files[at])
		if err != nil {
			return err
		}
		a.file(at, body)
	}
	for _, at := range slices.Sorted(maps.Keys(texts)) {
		a.file(at, texts[at])
	}
	a.entry("TRAILER!!!", 0, nil)
	if err := a.w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

func (a *initramfs) file(at string, body []byte) {
	a.dir(path.Dir(at))
	a.entry(at[1:], 0o100755, body)
}

func (a *initramfs) dir(at string) {
	if a.dirs[at] {
		return
	}
	a.dirs[at] = true
	a.dir(path.Dir(at))
	a.entry(at[1:], 0o040755, nil)
}

// entry relies on the writer to keep its first error.
func (a *initramfs) entry(name string, mode int, body []byte) {
	a.ino++
	n, _ := fmt.Fprintf(a.w, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\x00",
		a.ino, mode, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(name)+1, 0, name)
	a.pad(n)
	a.w.Write(body)
	a.pad(len(body))
}

// pad fills what n octets leave of a group of four.
func (a *initramfs) pad(n int) { a.w.Write(make([]byte, -n&3)) }
