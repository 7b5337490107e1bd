package kernel

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// mtuKey stands before the name of a link in what is kept.
const mtuKey = "mtu "

// Remember has save keep, on stable storage, what switches and the MTUs of links were before
// they are changed, and report where it cannot: a router that may forget them is better than
// none. It takes what was kept by a process that was killed in this namespace since the
// machine was started: Close puts back what that one found.
func (k *Kernel) Remember(kept []byte, save func([]byte)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.save = save
	head, rest, _ := strings.Cut(string(kept), "\n")
	if head != namespace() {
		return
	}
	for line := range strings.Lines(rest) {
		key, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		link, isMTU := strings.CutPrefix(key, mtuKey)
		switch mtu, err := strconv.Atoi(value); {
		case isMTU && err == nil:
			k.mtus[link] = mtu
		case ok && !isMTU:
			k.saved = append(k.saved, sysctlSet{key, value})
		}
	}
}

// remember keeps what the switches and MTUs among the changes are now.
func (k *Kernel) remember(cs []change) {
	more := false
	for _, c := range cs {
		if m, ok := c.(hostMTU); ok {
			if _, ok := k.mtus[m.name]; !ok {
				k.mtus[m.name], more = m.was, true
			}
		}
		s, ok := c.(sysctlSet)
		if !ok || slices.ContainsFunc(k.saved, func(o sysctlSet) bool { return o.key == s.key }) {
			continue // of a switch turned twice the first has what was found
		}
		old, err := os.ReadFile(procSys + s.key)
		if err != nil {
			continue // of a link that these changes make: it goes with the link
		}
		k.saved, more = append(k.saved, sysctlSet{s.key, strings.TrimSpace(string(old))}), true
	}
	if more {
		k.keep()
	}
}

// keep writes down what switches and MTUs were.
func (k *Kernel) keep() {
	if k.save == nil {
		return
	}
	var b []byte
	if len(k.saved)+len(k.mtus) > 0 {
		b = fmt.Appendf(b, "%s\n", namespace())
	}
	for _, s := range k.saved {
		b = fmt.Appendf(b, "%s=%s\n", s.key, s.value)
	}
	for _, link := range slices.Sorted(maps.Keys(k.mtus)) {
		b = fmt.Appendf(b, "%s%s=%d\n", mtuKey, link, k.mtus[link])
	}
	k.save(b)
}

// namespace names this network namespace of this run of the machine.
func namespace() string {
	boot, _ := os.ReadFile(procSys + "kernel/random/boot_id") // without one it is the namespace alone
	ns, _ := os.Readlink("/proc/thread-self/ns/net")
	return strings.TrimSpace(string(boot)) + " " + ns
}
