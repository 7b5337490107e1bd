package debug

// EngineStep is something that the crypto engine does for IKE.
type EngineStep uint8

const (
	EngineDecrypt  EngineStep = iota // a message of the peer's
	EngineHash                       // over it, to compare with the peer's
	EngineEncrypt                    // a message of ours
	EngineDH                         // a private value of ours, with its public one
	EngineShared                     // g^xy
	EngineSA                         // SKEYID and the keys from it
	EngineDeleteDH                   // once phase 1 is up
	EngineQMKeys                     // KEYMAT of both directions
	EngineIPsecSA                    // one direction
)

var engineSteps = [...]string{
	EngineDecrypt:  "Decrypt IKE packet",
	EngineHash:     "Generate IKE hash",
	EngineEncrypt:  textEngineEncrypt,
	EngineDH:       textEngineDH,
	EngineShared:   textEngineShared,
	EngineSA:       textEngineSA,
	EngineDeleteDH: textEngineDeleteDH,
	EngineQMKeys:   textEngineQMKeys,
	EngineIPsecSA:  textEngineIPsecSA,
}

// CryptoEngine is a line of `debug crypto engine`, such as "crypto_engine: Decrypt IKE
// packet".
type CryptoEngine struct{ Step EngineStep }

// Flag implements Event.
func (CryptoEngine) Flag() Flag { return FlagEngine }

func (e CryptoEngine) AppendLine(b []byte, _ Manner) []byte {
	return append(append(b, "crypto_engine: "...), engineSteps[e.Step]...)
}
