package commands

import (
	"strings"
	"testing"
)

func TestShowMachine(t *testing.T) {
	r := newFake(t, "hostname R1\n")
	for line, want := range map[string]string{
		"show inventory": "NAME: \"conft chassis\", DESCR: \"conft router on Linux 6.12, x86_64\"\nPID: conft             , VID: x86_64, SN: C0NF7\n\n",
		"show processes cpu": "CPU utilization for five seconds: 12%/1%; one minute: 9%; five minutes: 1%\n" +
			" PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process \n" +
			"   7          60          30       2000  0.31%  0.05%  0.00%   0 conft            \n" +
			"1203        5000        1000       5000  2.05%  0.04%  0.00%   0 conft            \n",
		"show processes memory": "Processor Pool Total: 4096000000 Used: 1000000000 Free: 3096000000\n\n" +
			" PID TTY  Allocated      Freed    Holding    Getbufs    Retbufs Process\n" +
			"   7   0       5000       3000       2000          0          0 conft\n" +
			"                                    2000 Total\n",
		"show memory statistics": "                Head    Total(b)     Used(b)     Free(b)   Lowest(b)  Largest(b)\n" +
			"Processor  7FFB80463010   4096000000   1000000000   3096000000   3000000000   2000000000\n" +
			"      I/O          0      100000        4096       95904       95904       95904\n",
		"show boot": "BOOT variable = file:/usr/local/bin/conft\nCONFIG_FILE variable = \nBOOTLDR variable does not exist\nConfiguration register is 0x2102\n",
		"show tcp brief": "TCB       Local Address           Foreign Address        (state)\n" +
			"00006A01  10.1.1.1.22             10.1.1.100.49152       ESTAB\n",
		"show tcp brief all": "TCB       Local Address           Foreign Address        (state)\n" +
			"00006523  0.0.0.0.22              *.*                    LISTEN\n" +
			"00006A01  10.1.1.1.22             10.1.1.100.49152       ESTAB\n",
		"show ntp status":       "%NTP is not enabled.\nThe clock is that of the Linux system, which is not synchronised.\n",
		"show ntp associations": "%NTP is not enabled.\nThe clock is that of the Linux system, which is not synchronised.\n",
	} {
		expect(t, line, run(t, r, line), want)
	}
	expect(t, "show processes", run(t, r, "show processes"), run(t, r, "show processes cpu"))
	for line, first := range map[string]string{"show processes cpu sorted": "1203 ", "show processes cpu sorted 1min": "   7 "} {
		if rows := strings.SplitAfter(run(t, r, line), "\n"); !strings.HasPrefix(rows[2], first) {
			t.Errorf("%s begins with %q", line, rows[2])
		}
	}
}

// TestCPUHistory reads the graph of the seconds column by column.
func TestCPUHistory(t *testing.T) {
	rows := strings.Split(run(t, newFake(t, "hostname R1\n"), "show processes cpu history"), "\n")
	graph := rows[3:18]
	for column, want := range []string{"100", " 42", "  7", "   "} {
		got := ""
		for _, row := range graph[:3] {
			if at := 6 + column; at < len(row) {
				got += row[at : at+1]
			} else {
				got += " "
			}
		}
		if got != want {
			t.Errorf("value of column %d is %q, want %q", column, got, want)
		}
	}
	for _, want := range []string{"  100 *", "   50 *", "   40 **", "   10 ***"} {
		if !strings.Contains(strings.Join(graph, "\n"), "\n"+want+"\n") {
			t.Errorf("no row %q in\n%s", want, strings.Join(graph, "\n"))
		}
	}
	if axis := graph[13]; axis != "     0....5....1....1....2....2....3....3....4....4....5....5....6" {
		t.Errorf("the axis is %q", axis)
	}
	if units := graph[14]; units != "               0    5    0    5    0    5    0    5    0    5    0" {
		t.Errorf("the units are %q", units)
	}
}
