// Package nvram keeps what survives a restart in one bbolt file: the
// startup-config, the master key of its encrypted keys, and the interface map. Bytes in, bytes out; every value carries
// its own SHA-256, so a damaged octet is found when it is read, not obeyed.
//
// A Store is safe for concurrent use. Writes are on disk when they return.
package nvram

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
)

// ErrDamaged is wrapped by every error that says the file's content is not what
// was written.
var ErrDamaged = errors.New("nvram is damaged")

// ErrBusy means that another router holds the file.
var ErrBusy = errors.New("nvram is in use by another router")

// Size is what `show startup-config` and `show version` give as the capacity, in
// octets.
const Size = 262136

var (
	bucket  = []byte("nvram")
	startup = []byte("startup-config")
	master  = []byte("private-config/master-key")
)

// Store is an open nvram file.
type Store struct{ db *bolt.DB }

// Open opens the file and makes it if there is none. A file that is not whole is
// left as it is and refused with ErrDamaged. One on a file system that is read-only is
// read, and every write of it is refused with EROFS.
func Open(path string) (s *Store, err error) {
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		if err := create(path); err != nil {
			return nil, err
		}
	case err == nil && info.Size() == 0:
		return nil, fmt.Errorf("nvram: %s: %w: it is empty", path, ErrDamaged) // bbolt would make a new one
	}
	// It holds pre-shared keys. That of another account could be changed by it.
	err = os.Chmod(path, 0o600)
	readOnly := errors.Is(err, syscall.EROFS)
	if err != nil && !readOnly {
		return nil, fmt.Errorf("nvram: %w; it must belong to the account that runs the router", err)
	}
	err = guard(func() error {
		db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: 200 * time.Millisecond, ReadOnly: readOnly})
		switch {
		case errors.Is(err, bolt.ErrTimeout):
			return ErrBusy
		case err != nil && !errors.Is(err, fs.ErrPermission):
			return fmt.Errorf("%w: %v", ErrDamaged, err)
		case err != nil:
			return err
		}
		s = &Store{db}
		return s.check()
	})
	if err != nil {
		if s != nil {
			s.db.Close()
		}
		return nil, fmt.Errorf("nvram: %s: %w", path, err)
	}
	return s, nil
}

// create makes a complete file under another name first, so that a file with the
// final name is always whole.
func create(path string) error {
	tmp := path + ".new"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	db, err := bolt.Open(tmp, 0o600, nil)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(bucket)
		return err
	})
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// guard turns a panic or a fault in mapped memory, which is how bbolt meets a
// damaged page, into ErrDamaged.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	return f()
}

// check walks every page and every value once.
func (s *Store) check() error {
	return s.db.View(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucket)
		if b == nil {
			return fmt.Errorf("%w: it holds no router's data", ErrDamaged)
		}
		var first error
		for err := range tx.Check() { // to its end: it walks the pages in a goroutine of its own
			if first == nil {
				first = fmt.Errorf("%w: %v", ErrDamaged, err)
			}
		}
		if first != nil {
			return first
		}
		return b.ForEach(func(k, v []byte) error {
			_, err := unseal(k, v)
			return err
		})
	})
}

// Get returns the value of a key; ok is false when there is none.
func (s *Store) Get(key string) (value []byte, ok bool, err error) {
	err = guard(func() error {
		return s.db.View(func(tx *bolt.Tx) error {
			v := tx.Bucket(bucket).Get([]byte(key))
			if v == nil {
				return nil
			}
			ok = true
			plain, err := unseal([]byte(key), v)
			value = bytes.Clone(plain)
			return err
		})
	})
	return value, ok, err
}

// Put stores a value; it is on disk when Put returns nil, and the old value is
// still there when it does not.
func (s *Store) Put(key string, value []byte) error {
	return s.update(func(b *bolt.Bucket) error { return b.Put([]byte(key), seal([]byte(key), value)) })
}

// Keys returns the keys that begin with prefix, in their order.
func (s *Store) Keys(prefix string) (keys []string, err error) {
	err = guard(func() error {
		return s.db.View(func(tx *bolt.Tx) error {
			c := tx.Bucket(bucket).Cursor()
			for k, _ := c.Seek([]byte(prefix)); k != nil && bytes.HasPrefix(k, []byte(prefix)); k, _ = c.Next() {
				keys = append(keys, string(k))
			}
			return nil
		})
	})
	return keys, err
}

// Delete removes a key; a missing one is no error.
func (s *Store) Delete(key string) error {
	return s.update(func(b *bolt.Bucket) error { return b.Delete([]byte(key)) })
}

func (s *Store) update(f func(*bolt.Bucket) error) error {
	err := guard(func() error {
		return s.db.Update(func(tx *bolt.Tx) error { return f(tx.Bucket(bucket)) })
	})
	var at *fs.PathError
	switch {
	case errors.Is(err, bolt.ErrDatabaseReadOnly):
		return fmt.Errorf("nvram: %w", syscall.EROFS)
	case errors.As(err, &at): // the operator has not asked where the file is
		return fmt.Errorf("nvram: %w", at.Err)
	}
	return err
}

// StartupConfig returns the text that `write` stored last.
func (s *Store) StartupConfig() (text []byte, ok bool, err error) { return s.Get(string(startup)) }

// MasterKey returns what opens the type 6 keys of the stored text.
func (s *Store) MasterKey() (key []byte, ok bool, err error) { return s.Get(string(master)) }

// SetStartupConfig replaces the stored text together with the master key that opens its
// type 6 keys, if there is one.
func (s *Store) SetStartupConfig(text, masterKey []byte) error {
	return s.update(func(b *bolt.Bucket) error {
		if err := b.Put(startup, seal(startup, text)); err != nil {
			return err
		}
		if len(masterKey) == 0 {
			return b.Delete(master)
		}
		return b.Put(master, seal(master, masterKey))
	})
}

// EraseStartupConfig removes the stored text and the master key.
func (s *Store) EraseStartupConfig() error {
	return s.update(func(b *bolt.Bucket) error { return errors.Join(b.Delete(startup), b.Delete(master)) })
}

// Close releases the file. It is idempotent.
func (s *Store) Close() error { return s.db.Close() }

// seal prefixes a value with the SHA-256 of key and value.
func seal(key, value []byte) []byte {
	sum := digest(key, value)
	return append(sum[:], value...)
}

func unseal(key, sealed []byte) ([]byte, error) {
	if len(sealed) < sha256.Size {
		return nil, fmt.Errorf("%w: %s is cut short", ErrDamaged, key)
	}
	value := sealed[sha256.Size:]
	if sum := digest(key, value); !bytes.Equal(sum[:], sealed[:sha256.Size]) {
		return nil, fmt.Errorf("%w: %s has another checksum than when it was written", ErrDamaged, key)
	}
	return value, nil
}

func digest(key, value []byte) [sha256.Size]byte {
	h := sha256.New()
	h.Write(key)
	h.Write([]byte{0})
	h.Write(value)
	return [sha256.Size]byte(h.Sum(nil))
}
