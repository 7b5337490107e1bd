package debug

import "fmt"

// LifeStep selects the line of an ISAKMPLifeStep.
type LifeStep uint8

const (
	LifeActual   LifeStep = iota // the lifetime configured, 0 for the default
	LifeMinimum                  // always 0
	LifeBasic                    // the lifetime offered, in the basic form
	LifeVPI                      // the octets of one in variable-length form
	LifeFilled                   // the lifetime offered in that form
	LifeReturned                 // the lower of both
)

// lifeTexts are what follows the prefix.
var lifeTexts = [...]string{
	LifeActual:   ":Acceptable atts:actual life: %d",
	LifeMinimum:  ":Acceptable atts:life: %d",
	LifeBasic:    ":Basic life_in_seconds:%d",
	LifeVPI:      ":Fill atts in sa vpi_length:%d",
	LifeFilled:   ":Fill atts in sa life_in_seconds:%d",
	LifeReturned: ":Returning Actual lifetime: %d",
}

// ISAKMPLifeStep is a line of the block that 15.x prints once the phase 1 policy is
// agreed, such as "{C}:Acceptable atts:actual life: 0".
type ISAKMPLifeStep struct {
	At
	Step  LifeStep
	Value uint64
}

func (e ISAKMPLifeStep) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), lifeTexts[e.Step], e.Value)
}

// ISAKMPLifeTimer is "{C}::Started lifetime timer: 86400." and an empty line, the end
// of that block; the double colon is IOS's.
type ISAKMPLifeTimer struct {
	At
	Seconds uint64
}

func (e ISAKMPLifeTimer) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), "::Started lifetime timer: %d.\n", e.Seconds)
}
