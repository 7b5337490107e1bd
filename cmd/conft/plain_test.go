package main

import (
	"strings"
	"testing"
)

func TestPlainText(t *testing.T) {
	const wipe, blank = "\b\b\b\b\b\b\b\b\b\b\b\b\b\b", "              "
	var file strings.Builder
	p := &plainText{w: &file}
	for _, s := range []string{
		"R1(config-if)# crypto map M\r\nR1(config-if)#", wipe + blank + wipe, "*Mar  1: up\r\n\r\nR1(config-if)#",
		"shwo\b\bow run\r\n", "Packet sent \r\n", "用时\r\n", "R1#",
	} {
		if n, err := p.Write([]byte(s)); n != len(s) || err != nil {
			t.Fatal(n, err)
		}
	}
	const want = "R1(config-if)# crypto map M\n*Mar  1: up\n\nR1(config-if)#show run\nPacket sent \n用时\n"
	if file.String() != want {
		t.Errorf("got %q, want %q", file.String(), want)
	}
}
