package nettest

import "testing"

// The dialogues about files, key by key.
func TestFileDialogues(t *testing.T) {
	x := desk(t)
	const overwrite = "%Warning:There is a file already existing with this name \nDo you want to over write? [confirm]"
	const copied = "… bytes copied in … secs (… bytes/sec)\nR1#"
	const space = "\n… bytes total (… bytes free)\nR1#"
	x.Play(
		step{"dir\r", "dir\nDirectory of flash:/\n\nNo files in directory\n" + space},
		step{"copy running-config flash:\r", "copy running-config flash:\nDestination filename [running-config]? "},
		step{"one\r", "one\n" + copied},
		step{"copy run one\r", "copy run one\nDestination filename [one]? "},
		step{"\r", "\n" + overwrite},
		step{"n", "n\nR1#"},
		step{"copy run one\r\r\r", "copy run one\nDestination filename [one]? \n" + overwrite + "\n" + copied},
		step{"copy run two\r", "copy run two\nDestination filename [two]? "},
		step{"\x03", "\nR1#"},
		step{"copy run two\rthr\x15two\r", "copy run two\nDestination filename [two]? thr\b\b\b   \b\b\btwo\n" + copied},
		step{"copy flash: flash:\r", "copy flash: flash:\nSource filename []? "},
		step{"none\r", "none\n%Error opening flash:none (No such file or directory)\nR1#"},
		step{"copy flash: flash:\rtwo\r", "copy flash: flash:\nSource filename []? two\nDestination filename [two]? "},
		step{"three\r", "three\n" + copied},
		// Type-ahead: the second Enter answers the question, as programs send it.
		step{"copy running-config startup-config\r\r", "copy running-config startup-config\nDestination filename [startup-config]? \nBuilding configuration...\n[OK]\nR1#"},
		step{"copy startup-config running-config\r\r", "copy startup-config running-config\nDestination filename [running-config]? \n" + copied},
		step{"copy running-config tftp://10.0.0.1/x\r", "copy running-config tftp://10.0.0.1/x\n" +
			"% Files come and go through the directory flash of --dir: nothing is copied over the network\nR1#"},
		step{"dir nvram:\r", "dir nvram:\nDirectory of nvram:/\n\n    1  -rw-              …  startup-config\n" + space},
		step{"dir | include wo$\r", "dir | include wo$\n…  -rw-              …  two\nR1#"},
		step{"terminal length 5\r", "terminal length 5\nR1#"},
		step{"more two\r", "more two\n!\nversion 12.4\nservice timestamps debug datetime msec\nservice timestamps log datetime msec\n --More-- "},
		step{"\r", wipe + "no service password-encryption\n --More-- "},
		step{"q", wipe + "R1#"},
		step{"more two | i ^hostname\r", "more two | i ^hostname\nhostname R1\nR1#"},
		step{"show clock | redirect now\r", "show clock | redirect now\nR1#"},
		step{"show clock | append flash:/now\r", "show clock | append flash:/now\nR1#"},
		step{"show clock | tee /append flash:now\r", "show clock | tee /append flash:now\n*…1993\nR1#"},
		step{"show clock | redirect none/now\r", "show clock | redirect none/now\n%Error opening flash:none/now (No such file or directory)\nR1#"},
		step{"more now\r", "more now\n*…1993\n*…1993\n*…1993\n\nR1#"},
		step{"delete two\r", "delete two\nDelete filename [two]? "},
		step{"\r", "\nDelete flash:/two? [confirm]"},
		step{"n", "n\nR1#"},
		step{"delete flash:\rtwo\ry", "delete flash:\nDelete filename []? two\nDelete flash:/two? [confirm]y\nR1#"},
		step{"delete two\r\r\r", "delete two\nDelete filename [two]? \nDelete flash:/two? [confirm]\n%Error deleting flash:two (No such file or directory)\nR1#"},
		step{"delete /force three\r", "delete /force three\nR1#"},
		step{"mkdir d\r", "mkdir d\nCreate directory filename [d]? "},
		step{"\r", "\nCreated dir flash:d\nR1#"},
		step{"rename one d/one\r\r", "rename one d/one\nDestination filename [d/one]? \nR1#"},
		step{"rmdir d\r\r\r", "rmdir d\nRemove directory filename [d]? \nDelete flash:d? [confirm]\n%Error Removing dir flash:d (Directory not empty)\nR1#"},
		step{"dir d\r", "dir d\nDirectory of flash:/d\n\n…  -rw-              …  one\n\n --More-- "},
		step{" ", wipe + "… bytes total (… bytes free)\nR1#"},
		step{"erase startup-config\r\x03", "erase startup-config\nErasing the nvram filesystem will remove all configuration files! Continue? [confirm]\nR1#"},
		step{"write erase\r\r", "write erase\nErasing the nvram filesystem will remove all configuration files! Continue? [confirm]\n[OK]\nErase of nvram: complete\nR1#"},
		step{"show startup-config\r", "show startup-config\nstartup-config is not present\nR1#"},
		step{"reload in 5 now\r", "reload in 5 now\nSystem configuration has been modified. Save? [yes/no]: "},
		step{"perhaps\r", "perhaps\n% Please answer 'yes' or 'no'.\nSystem configuration has been modified. Save? [yes/no]: "},
		step{"no\r", "no\nReload scheduled for … UTC Mon Mar 1 1993 (in 5 minutes) by console\nReload reason: now\nProceed with reload? [confirm]"},
		step{"\x1b", "\nR1#"},
		step{"reload cancel\r", "reload cancel\n% No reload is scheduled.\nR1#"},
	)
}

// wipe is what takes " --More-- " away.
const wipe = "\b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b"
