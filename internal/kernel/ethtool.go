package kernel

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Medium is what the driver says of a link.
type Medium struct {
	Speed int  // Mbit/s, 0 when it is not known
	Full  bool // full duplex
	Known bool // whether duplex is known
	Port  string
}

// ethtoolCmd is struct ethtool_cmd of linux/ethtool.h.
type ethtoolCmd struct {
	Cmd, Supported, Advertising          uint32
	Speed                                uint16
	Duplex, Port, PHY, Transceiver, Auto uint8
	MDIO                                 uint8
	MaxTx, MaxRx                         uint32
	SpeedHigh                            uint16
	TPMDIX, TPMDIXControl                uint8
	LinkPartner, Reserved1, Reserved2    uint32
}

// medium asks the driver of a link; those that do not answer have the zero value.
func medium(link string) (m Medium) {
	const getSettings, unknown = 1, 0xff
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil || len(link) >= unix.IFNAMSIZ {
		return m
	}
	defer unix.Close(fd)
	c := ethtoolCmd{Cmd: getSettings}
	var req struct {
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		_    [16]byte
	}
	copy(req.name[:], link)
	req.data = unsafe.Pointer(&c)
	if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&req))); e != 0 {
		return m
	}
	if speed := uint32(c.SpeedHigh)<<16 | uint32(c.Speed); speed < 1<<31 && c.Speed != 0xffff {
		m.Speed = int(speed)
	}
	m.Known, m.Full = c.Duplex != unknown, c.Duplex == 1
	m.Port = map[uint8]string{0: "RJ45", 1: "AUI", 2: "MII", 3: "fiber", 4: "BNC"}[c.Port]
	return m
}
