package kernel

import "testing"

func TestReadStatistics(t *testing.T) {
	all := map[string]uint64{}
	readStatistics("Ip: Forwarding InReceives\nIp: 1 2739\nTcp: MaxConn InSegs\nTcp: -1 5\nUdp: InDatagrams\n", all)
	if len(all) != 3 || all["Ip.InReceives"] != 2739 || all["Tcp.InSegs"] != 5 {
		t.Errorf("got %v", all)
	}
	now, err := (&Kernel{}).Statistics()
	if err != nil || now["Ip.DefaultTTL"] == 0 {
		t.Errorf("of this machine: %v, %v", now, err)
	}
}
