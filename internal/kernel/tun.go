package kernel

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
	"golang.zx2c4.com/wireguard/tun"
)

// TUN is the device where protected packets leave the kernel and decrypted
// ones enter it. It lives as long as this process at most. One goroutine
// reads; several may write at a time.
type TUN interface {
	// Read blocks for at least one packet and fills bufs[i][offset:offset+sizes[i]].
	// Large segments come split, with checksums. An error means that the
	// device is closed.
	Read(bufs [][]byte, sizes []int, offset int) (n int, err error)
	// Write writes the packets bufs[i][offset:]; neighbours of one flow are
	// joined in place. It returns how many packets the kernel took. offset must
	// be at least 10, the length of a virtio header.
	Write(bufs [][]byte, offset int) (n int, err error)
	// BatchSize is the largest number of packets that one Read returns.
	BatchSize() int
	// Close makes a blocked Read return an error. Safe to call twice.
	Close() error
}

type tunDev struct{ dev tun.Device }

// openTUN makes the device. It is not persistent: when the process dies it is
// gone, and what the filter sends to it is dropped.
func openTUN(name string) (*tunDev, error) {
	fd, err := unix.Open(tunDevice, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, tunError(err)
	}
	req, err := unix.NewIfreq(name)
	if err == nil {
		req.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI | unix.IFF_VNET_HDR | unix.IFF_TUN_EXCL)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, req)
	}
	if err != nil {
		unix.Close(fd)
		if errors.Is(err, unix.EBUSY) {
			return nil, fmt.Errorf("device %s exists: is another conft running in this network namespace?", name)
		}
		return nil, privilege("TUN device", err)
	}
	dev, _, err := tun.CreateUnmonitoredTUNFromFD(fd)
	if err != nil {
		return nil, fmt.Errorf("kernel: TUN device %s: %w", name, err)
	}
	return &tunDev{dev}, nil
}

func (t *tunDev) Read(bufs [][]byte, sizes []int, offset int) (int, error) {
	for {
		n, err := t.dev.Read(bufs, sizes, offset)
		if n > 0 {
			return n, nil // of a segment split into too many, those that fitted
		}
		if errors.Is(err, os.ErrClosed) || errors.Is(err, fs.ErrClosed) {
			return 0, os.ErrClosed
		}
		// Else it was one packet that could not be read: a device that is down
		// (EIO), or a segment of an unknown kind.
	}
}

func (t *tunDev) Write(bufs [][]byte, offset int) (int, error) {
	_, err := t.dev.Write(bufs, offset)
	lost := 0
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		lost = len(many.Unwrap())
	} else if err != nil {
		lost = len(bufs)
	}
	return max(0, len(bufs)-lost), err
}

func (t *tunDev) BatchSize() int { return t.dev.BatchSize() }

func (t *tunDev) Close() error { return t.dev.Close() }

// TUN returns the device of that name, or nil when no crypto link of the
// applied state has it.
func (k *Kernel) TUN(name string) TUN {
	k.mu.Lock()
	defer k.mu.Unlock()
	if t := k.tuns[name]; t != nil {
		return t
	}
	return nil
}
