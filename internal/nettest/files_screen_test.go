package nettest

import (
	"testing"
)

// The dialogues about files, key by key.
func TestFileDialogues(t *testing.T) {
	x := desk(t)
	const overwrite = "%Warning:There is a file already existing with this name \nDo you want to over write? [confirm]"
	x.Play(
		step{"dir\r", "dir\nDirectory of flash:/\n\nNo files in directory\n\n… bytes total (… bytes free)\nR1#"},
		step{"copy running-config flash:\r", "copy running-config flash:\nDestination filename [running-config]? "},
		step{"one\r", "one\n… bytes copied in … secs (… bytes/sec)\nR1#"},
		step{"copy run one\r", "copy run one\nDestination filename [one]? "},
		step{"\r", "\n" + overwrite},
		step{"n", "n\nR1#"},
		step{"copy run one\r\r\r", "copy run one\nDestination filename [one]? \n" + overwrite + "\n… bytes copied in … secs (… bytes/sec)\nR1#"},
		step{"copy run two\r\x03", "copy run two\nDestination filename [two]? \nR1#"},
		step{"copy run two\rthr\x15two\r", "copy run two\nDestination filename [two]? thr\b\b\b   \b\b\btwo\n… bytes copied in … secs (… bytes/sec)\nR1#"},
		step{"copy flash: flash:\r", "copy flash: flash:\nSource filename []? "},
		step{"none\r", "none\n%Error opening flash:none (No such file or directory)\nR1#"},
		step{"copy flash: flash:\rtwo\r", "copy flash: flash:\nSource filename []? two\nDestination filename [two]? "},
		step{"three\r", "three\n… bytes copied in … secs (… bytes/sec)\nR1#"},
		// Type-ahead: the second Enter answers the question, as programs send it.
		step{"copy running-config startup-config\r\r", "copy running-config startup-config\nDestination filename [startup-config]? \nBuilding configuration...\n[OK]\nR1#"},
		step{"copy startup-config running-config\r\r", "copy startup-config running-config\nDestination filename [running-config]? \n… bytes copied in … secs (… bytes/sec)\nR1#"},
		step{"dir nvram:\r", "dir nvram:\nDirectory of nvram:/\n\n    1  -rw-              …                    <no date>  startup-config\n\n262136 bytes total (… bytes free)\nR1#"},
		step{"dir | include t\r", "dir | include t\n… …  -rw- … 20… two\n…\n…\nR1#"},
	)
}
