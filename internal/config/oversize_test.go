package config

import "testing"

func TestOversize(t *testing.T) {
	for _, x := range []struct {
		global, own  DFBit
		globalF, ofF Fragmentation
		df           DFBit
		f            Fragmentation
	}{
		{DFDefault, DFDefault, FragmentDefault, FragmentDefault, DFCopy, FragmentBefore},
		{DFClear, DFDefault, FragmentAfter, FragmentDefault, DFClear, FragmentAfter},
		{DFClear, DFCopy, FragmentAfter, FragmentBefore, DFCopy, FragmentBefore},
		{DFDefault, DFSet, FragmentDefault, FragmentAfter, DFSet, FragmentAfter},
	} {
		c := &Config{DFBit: x.global, Fragmentation: x.globalF}
		if df, f := c.Oversize(&Interface{DFBit: x.own, Fragmentation: x.ofF}); df != x.df || f != x.f {
			t.Errorf("%+v: %d, %d", x, df, f)
		}
	}
}
