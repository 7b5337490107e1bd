package bench

import (
	"fmt"
	"os"
)

// keepAwake asks the kernel for wakes that take no time, until release is called. Idle
// cores then poll instead of halting. What a wake costs otherwise is a matter of the
// processor, and in a virtual machine of the machine below.
func keepAwake() (release func(), err error) {
	f, err := os.OpenFile("/dev/cpu_dma_latency", os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	if _, err := f.Write(make([]byte, 4)); err != nil { // s32, in us
		f.Close()
		return nil, fmt.Errorf("keeping idle cores from halting: %w", err)
	}
	return func() { f.Close() }, nil
}
