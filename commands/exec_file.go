package commands

import (
	"context"

	"conft/debug"
	"conft/internal/flash"
	"conft/shell/grammar"
)

// fileCommands save and erase the startup configuration.
func fileCommands(r Router) []exec {
	save := func(_ context.Context, t Terminal, _ grammar.Args) error { return saveStartup(r, t) }
	erase := func(ctx context.Context, t Terminal, _ grammar.Args) error { return eraseStartup(ctx, r, t) }
	return []exec{
		{
			Syntax: "write [memory]",
			Help: grammar.Help{
				"write":  "Write running configuration to memory, network, or terminal",
				"memory": "Write to NV memory",
			},
			Priv: privileged,
			Run:  save,
		},
		{
			Syntax: "write terminal",
			Help:   grammar.Help{"terminal": "Write to terminal"},
			Priv:   privileged,
			Run: func(_ context.Context, t Terminal, _ grammar.Args) error {
				text := runningText(r, t.Rights(), false)
				showListing(t, len(text), text)
				return nil
			},
		},
		{
			Syntax: "write erase",
			Help:   grammar.Help{"erase": "Erase NV memory"},
			Priv:   privileged,
			Run:    erase,
		},
		{
			Syntax: "erase {startup-config | nvram:}",
			Help: grammar.Help{
				"erase":          "Erase a filesystem",
				"startup-config": "Erase contents of configuration memory",
				"nvram:":         "Filesystem to be erased",
			},
			Priv: privileged,
			Run:  erase,
		},
	}
}

// saveStartup prints [OK] when the text is on stable storage.
func saveStartup(r Router, t Terminal) error {
	if err := say(t, "Building configuration...\n"); err != nil {
		return err
	}
	if err := r.SaveStartup([]byte(Text(r.Config())), t.Origin()); err != nil {
		return fileError("writing nvram: %s", flash.Reason(err))
	}
	if err := say(t, "[OK]\n"); err != nil || !r.Config().Archive.WriteMemory {
		return err
	}
	_, err := r.Archive()
	return archiveFailed(err)
}

func eraseStartup(ctx context.Context, r Router, t Terminal) error {
	ok, err := t.Confirm(ctx, "Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]")
	if err != nil || !ok {
		return err
	}
	if err := r.EraseStartup(); err != nil {
		return fileError("erasing nvram: %s", flash.Reason(err))
	}
	r.Hub().Emit(debug.SysNVRAM{})
	return say(t, "[OK]\nErase of nvram: complete\n")
}
