package kernel

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Statistics returns the counters of the namespace's IPv4, by the names that the kernel
// gives them: "Ip.InReceives".
func (k *Kernel) Statistics() (map[string]uint64, error) {
	all := map[string]uint64{}
	for _, file := range []string{"snmp", "netstat"} {
		b, err := os.ReadFile("/proc/thread-self/net/" + file)
		if err != nil {
			return nil, fmt.Errorf("kernel: %w", err)
		}
		readStatistics(string(b), all)
	}
	return all, nil
}

// readStatistics reads pairs of lines, names above numbers.
func readStatistics(text string, into map[string]uint64) {
	var names []string
	for line := range strings.Lines(text) {
		group, rest, _ := strings.Cut(line, ": ")
		words := strings.Fields(rest)
		if names == nil {
			names = words
			continue
		}
		for i := range min(len(names), len(words)) {
			if n, err := strconv.ParseUint(words[i], 10, 64); err == nil {
				into[group+"."+names[i]] = n
			}
		}
		names = nil
	}
}

// IPSettings are switches of a link.
type IPSettings struct {
	ProxyARP  bool
	Redirects bool // are sent
}

// IPSettings returns what the kernel does on a link.
func (k *Kernel) IPSettings(link string) IPSettings {
	on := func(name string) bool {
		for _, dev := range []string{"all", link} {
			if b, _ := os.ReadFile(procSys + "net/ipv4/conf/" + dev + "/" + name); strings.TrimSpace(string(b)) == "1" {
				return true
			}
		}
		return false
	}
	return IPSettings{ProxyARP: on("proxy_arp"), Redirects: on("send_redirects")}
}
