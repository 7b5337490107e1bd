package debug

// Notes on the lifetime of phase 1 as 15.x works it out.

func (e ISAKMPLifeStep) Explain(l Language) string {
	switch e.Step {
	case LifeActual:
		if e.Value == 0 {
			return say(l, "The policy has no `lifetime` of its own (%d), so the default of one day holds.", "该策略没有配置 `lifetime`（%d），采用默认值一天。", e.Value)
		}
		return say(l, "The policy's own `lifetime` is %s.", "该策略配置的 `lifetime` 为 %s。", seconds(l, e.Value))
	case LifeMinimum:
		return say(l, "No other limit on the lifetime is set here (%d).", "生存时间没有别的限制（%d）。", e.Value)
	case LifeBasic:
		return say(l, "The lifetime that was offered, in basic form (below 65536): %s.", "对端提出的生存时间（小于 65536，基本格式）：%s。", seconds(l, e.Value))
	case LifeVPI:
		return say(l, "The lifetime that was offered comes in variable-length form, in %d octets.", "对端提出的生存时间采用变长格式，长 %d 字节。", e.Value)
	case LifeFilled:
		return say(l, "Those octets make %s.", "这几个字节合起来就是 %s。", seconds(l, e.Value))
	}
	return say(l, "The lower of both lifetimes counts: %s. Lifetimes need not agree.", "取两者中较小的一个：%s。生存时间不要求一致。", seconds(l, e.Value))
}

func (e ISAKMPLifeTimer) Explain(l Language) string {
	return say(l, "The phase 1 SA will end in %s; before that, phase 1 is negotiated anew.", "第一阶段 SA 将在 %s后到期，到期之前会重新协商第一阶段。", seconds(l, e.Seconds))
}
