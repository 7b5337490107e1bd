package commands

func init() {
	undoings = append(undoings, []undoing{
		{nil, "service sequence-numbers", "service sequence-numbers", "no service sequence-numbers"},
		{nil, "logging host 10.0.0.1 transport udp port 1514", "logging 10.0.0.1 transport udp port 1514", "no logging host 10.0.0.1"},
		{[]string{"version 15.4"}, "logging 10.0.0.1", "logging host 10.0.0.1", "no logging host 10.0.0.1"},
		{nil, "logging 10.0.0.1", "logging 10.0.0.1", "no logging 10.0.0.1"},
		{nil, "logging trap 7", "logging trap debugging", "default logging trap"},
		{nil, "no logging trap", "no logging trap", "logging trap"},
		{nil, "logging facility local0", "logging facility local0", "no logging facility"},
		{nil, "logging source-interface g0/0", "logging source-interface GigabitEthernet0/0", "no logging source-interface"},
		{[]string{"aaa new-model", "aaa group server radius G"}, "ip radius source-interface lo0", " ip radius source-interface Loopback0", "no ip radius source-interface"},
		{nil, "ip radius source-interface g0/0", "ip radius source-interface GigabitEthernet0/0", "no ip radius source-interface"},
		{nil, "logging origin-id hostname", "logging origin-id hostname", "no logging origin-id"},
		{nil, "logging origin-id ip", "logging origin-id ip", "no logging origin-id"},
		{nil, "logging origin-id string rack 4", "logging origin-id string rack 4", "no logging origin-id"},
		{nil, "logging rate-limit 10", "logging rate-limit 10", "no logging rate-limit"},
		{nil, "logging rate-limit console all 20 except 4", "logging rate-limit console all 20 except warnings", "no logging rate-limit"},
		{nil, "logging count", "logging count", "no logging count"},
		{nil, "logging userinfo", "logging userinfo", "no logging userinfo"},
		{nil, "ip host srv 10.0.0.1 10.0.0.2", "ip host srv 10.0.0.1 10.0.0.2", "no ip host srv"},
		{[]string{"ip host srv 10.0.0.1"}, "ip host srv 10.0.0.2", "ip host srv 10.0.0.1 10.0.0.2", "no ip host srv 10.0.0.2"},
		{nil, "ip name-server 10.0.0.1 10.0.0.2", "ip name-server 10.0.0.2", "no ip name-server"},
		{[]string{"ip name-server 10.0.0.1"}, "ip name-server 10.0.0.2", "ip name-server 10.0.0.2", "no ip name-server 10.0.0.2"},
		{nil, "clock timezone CET 1", "clock timezone CET 1", "no clock timezone"},
		{[]string{"version 15.4"}, "clock timezone CET 1", "clock timezone CET 1 0", "no clock timezone"},
		{nil, "clock timezone NST -3 30", "clock timezone NST -3 30", "no clock timezone"},
		{nil, "clock summer-time EDT recurring", "clock summer-time EDT recurring", "no clock summer-time"},
		{nil, "clock summer-time CEST recurring last Sun Mar 2:00 last Sun Oct 3:00", "clock summer-time CEST recurring last Sun Mar 2:00 last Sun Oct 3:00", "no clock summer-time"},
		{nil, "clock summer-time X recurring 1 sunday october 2:00 first sun apr 3:00 30", "clock summer-time X recurring 1 Sun Oct 2:00 1 Sun Apr 3:00 30", "no clock summer-time"},
		{nil, "clock summer-time CEST date 30 Mar 2014 2:00 Oct 26 2014 3:00", "clock summer-time CEST date Mar 30 2014 2:00 Oct 26 2014 3:00", "no clock summer-time"},
	}...)
}
