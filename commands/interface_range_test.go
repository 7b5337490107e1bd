package commands

import (
	"reflect"
	"strings"
	"testing"
)

func TestInterfaceRange(t *testing.T) {
	for text, want := range map[string]string{
		"GigabitEthernet0/0 - 2":       "GigabitEthernet0/0 GigabitEthernet0/1 GigabitEthernet0/2",
		"gi 0/0-1 , lo 7 ,fa0/3":       "GigabitEthernet0/0 GigabitEthernet0/1 Loopback7 FastEthernet0/3",
		"loopback1 - 3":                "Loopback1 Loopback2 Loopback3",
		"g0/1 - 0":                     "", // backwards
		"g0/0 - 0/2":                   "", // IOS wants the last number alone
		"g0/0 -":                       "",
		"g0/0 , , g0/1":                "",
		"x0/0 - 1":                     "",
		"lo0 - 99999999999999999999":   "",
		"lo0 - 256":                    "", // too many
		"GigabitEthernet0/0 - 1 extra": "",
	} {
		if got := strings.Join(interfaceRange(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// One line configures all, or none: a range is one transaction like every line.
func TestLinesOfARange(t *testing.T) {
	each := func(lines ...string) (all []string) {
		for _, i := range []string{"interface Loopback1", "interface Loopback2", "interface g0/0"} {
			all = append(append(all, i), lines...)
		}
		return all
	}
	for _, c := range []struct{ lines, same []string }{
		{[]string{"interface range lo1 - 2 , g0/0", "description all of them", "shutdown"}, each("description all of them", "shutdown")},
		{[]string{"interface range lo1 - 2 , g0/0", "shutdown", "no shutdown", "default description"}, each()},
		{append(each("bandwidth 7"), "default interface range lo1-2,g0/0"), each()},
		{append(each(), "no interface range lo1 - 2"), []string{"default interface g0/0"}},
	} {
		got, _, err := typeLines(newRouter(), c.lines...)
		if err != nil {
			t.Errorf("%q: %v", c.lines, err)
			continue
		}
		want, _, err := typeLines(newRouter(), c.same...)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %s", c.lines, diff(Text(got), Text(want)))
		}
	}
	_, notes, err := typeLines(newRouter(), "default interface range lo1 , g0/0")
	if want := []string{"Interface Loopback1 set to default configuration", "Interface GigabitEthernet0/0 set to default configuration"}; err != nil || !reflect.DeepEqual(notes, want) {
		t.Errorf("%q %v", notes, err)
	}
	for _, line := range []string{"interface range g0/0 - 9", "no interface range lo1 - 2 , g0/0", "default interface range g0/9", "default interface g0/9"} {
		before := newRouter()
		if after, _, err := typeLines(before, line); err == nil {
			t.Errorf("%q is accepted: %s", line, Text(after))
		}
	}
}
