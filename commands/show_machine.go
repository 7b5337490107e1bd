package commands

import (
	"fmt"
	"io"

	"conft/debug"
	"conft/internal/router"
)

// showInventory prints `show inventory`.
func showInventory(w io.Writer, s router.SystemState) {
	fmt.Fprintf(w, "NAME: \"conft chassis\", DESCR: \"conft router on %s, %s\"\n", s.Kernel, s.Machine)
	fmt.Fprintf(w, "PID: %-18s, VID: %-5s, SN: %s\n\n", "conft", s.Machine, s.Board)
}

// showProcessesCPU prints `show processes cpu`.
func showProcessesCPU(w io.Writer, l router.Load) {
	fmt.Fprintf(w, "CPU utilization for five seconds: %d%%/%d%%; one minute: %d%%; five minutes: %d%%\n",
		l.Total.FiveSec/100, l.Interrupt/100, l.Total.OneMin/100, l.Total.FiveMin/100)
	fmt.Fprint(w, " PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process \n")
	for _, p := range l.Processes {
		each := uint64(0)
		if p.Invoked > 0 {
			each = uint64(p.Runtime.Microseconds()) / p.Invoked
		}
		fmt.Fprintf(w, "%4d %11d %11d %10d %6s %6s %6s   0 %-16s \n", p.ID, p.Runtime.Milliseconds(), p.Invoked, each,
			percent(p.Use.FiveSec), percent(p.Use.OneMin), percent(p.Use.FiveMin), p.Name)
	}
}

// percent is a share in hundredths as "0.31%".
func percent(hundredths int) string { return fmt.Sprintf("%d.%02d%%", hundredths/100, hundredths%100) }

// showMemory prints `show memory statistics`. Programs take the first number that is
// decimal for the total: the head, an address, has letters.
func showMemory(w io.Writer, m router.Memory) {
	fmt.Fprint(w, "                Head    Total(b)     Used(b)     Free(b)   Lowest(b)  Largest(b)\n")
	for _, p := range []struct {
		name string
		pool router.Pool
	}{{"Processor", m.Processor}, {"I/O", m.IO}} {
		fmt.Fprintf(w, "%9s  %9X   %9d   %9d   %9d   %9d   %9d\n", p.name, p.pool.Head, p.pool.Total, p.pool.Used, p.pool.Free,
			p.pool.Lowest, p.pool.Largest)
	}
}

// showProcessesMemory prints `show processes memory`: this program is one process, and
// packets are not kept in buffers of its own. The pool of the buffers is in `show memory`:
// those who parse this page take no line of it.
func showProcessesMemory(w io.Writer, m router.Memory) {
	fmt.Fprintf(w, "Processor Pool Total: %10d Used: %10d Free: %10d\n\n", m.Processor.Total, m.Processor.Used, m.Processor.Free)
	fmt.Fprint(w, " PID TTY  Allocated      Freed    Holding    Getbufs    Retbufs Process\n")
	fmt.Fprintf(w, "%4d   0 %10d %10d %10d %10d %10d conft\n", m.PID, m.Allocated, m.Freed, m.Holding, 0, 0)
	fmt.Fprintf(w, "%s%10d Total\n", "                              ", m.Holding)
}

// showBoot prints `show boot`.
func showBoot(w io.Writer, s router.SystemState) {
	fmt.Fprintf(w, "BOOT variable = file:%s\nCONFIG_FILE variable = \nBOOTLDR variable does not exist\nConfiguration register is 0x2102\n", s.Image)
}

// showTCPBrief prints `show tcp brief`.
func showTCPBrief(w io.Writer, list []router.TCPConn, listening bool) {
	fmt.Fprint(w, "TCB       Local Address           Foreign Address        (state)\n")
	for _, c := range list {
		remote := fmt.Sprintf("%s.%d", c.Remote.Addr(), c.Remote.Port())
		if c.State == "LISTEN" {
			if !listening {
				continue
			}
			remote = "*.*"
		}
		fmt.Fprintf(w, "%08X  %-23s %-22s %s\n", c.ID, fmt.Sprintf("%s.%d", c.Local.Addr(), c.Local.Port()), remote, c.State)
	}
}

// showNTP prints `show ntp status`: the clock is the business of the system around.
func showNTP(w io.Writer, c debug.Clock) {
	state := "synchronised"
	if c.Mark() != 0 {
		state = "not synchronised"
	}
	fmt.Fprintf(w, "%%NTP is not enabled.\nThe clock is that of the Linux system, which is %s.\n", state)
}
