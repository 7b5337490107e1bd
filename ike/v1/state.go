package v1

import "strconv"

// State is the state of the phase-1 machine, named after the message last sent or
// received: I_MM3 is an initiator that has sent message 3.
type State uint8

const (
	Ready State = iota
	IMM1
	IMM2
	IMM3
	IMM4
	IMM5
	IMM6
	RMM1
	RMM2
	RMM3
	RMM4
	RMM5
	IAM1
	RAM2
	P1Complete
	DestSA
)

var stateNames = [...]string{
	Ready: "IKE_READY",
	IMM1:  "IKE_I_MM1", IMM2: "IKE_I_MM2", IMM3: "IKE_I_MM3", IMM4: "IKE_I_MM4", IMM5: "IKE_I_MM5", IMM6: "IKE_I_MM6",
	RMM1: "IKE_R_MM1", RMM2: "IKE_R_MM2", RMM3: "IKE_R_MM3", RMM4: "IKE_R_MM4", RMM5: "IKE_R_MM5",
	IAM1: "IKE_I_AM1", RAM2: "IKE_R_AM2",
	P1Complete: "IKE_P1_COMPLETE",
	DestSA:     "IKE_DEST_SA",
}

// String returns the name that debug output prints.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "state " + strconv.Itoa(int(s))
}

// NodeState is the state of the machine of one Quick Mode.
type NodeState uint8

const (
	QMReady NodeState = iota
	QMIQM1
	QMSPIStarve
	QMRQM2
	QMPhase2Complete
)

var nodeStateNames = [...]string{
	QMReady:          "IKE_QM_READY",
	QMIQM1:           "IKE_QM_I_QM1",
	QMSPIStarve:      "IKE_QM_SPI_STARVE",
	QMRQM2:           "IKE_QM_R_QM2",
	QMPhase2Complete: "IKE_QM_PHASE2_COMPLETE",
}

// String returns the name that debug output prints.
func (s NodeState) String() string {
	if int(s) < len(nodeStateNames) {
		return nodeStateNames[s]
	}
	return "state " + strconv.Itoa(int(s))
}
