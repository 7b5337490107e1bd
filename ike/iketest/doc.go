// Package iketest runs IKE engines against each other without a network, goroutines or
// a clock: two or more ike.Cores in virtual time, with a network that can lose, repeat,
// delay and damage datagrams, and a fake data plane that says whether a packet would
// have crossed. It also keeps what each router would print.
//
//	n := iketest.New(1)
//	r1, r3 := n.Add("R1", addr1, policy1), n.Add("R3", addr3, policy3)
//	r1.Acquire("M", 10, selector)
//	n.Run(time.Minute)
//
// A Net and its Routers belong to one goroutine.
package iketest
