package commands

import (
	"context"

	"conft/debug"
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
				showRunning(t, r.Config())
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
		{
			Syntax: "copy running-config startup-config",
			Help: grammar.Help{
				"copy":           "Copy from one file to another",
				"running-config": "Copy from current system configuration",
				"startup-config": "Copy to startup configuration",
			},
			Priv: privileged,
			Run: func(ctx context.Context, t Terminal, _ grammar.Args) error {
				name, err := t.Ask(ctx, "Destination filename [startup-config]? ")
				if err != nil {
					return err
				}
				if name != "" && name != "startup-config" {
					return refuse("Error opening nvram:%s (only startup-config can be written)", name)
				}
				return saveStartup(r, t)
			},
		},
	}
}

// saveStartup prints [OK] when the text is on stable storage.
func saveStartup(r Router, t Terminal) error {
	if err := say(t, "Building configuration...\n"); err != nil {
		return err
	}
	if err := r.SaveStartup([]byte(Text(r.Config()))); err != nil {
		return refuse("Error writing nvram: %v", err)
	}
	return say(t, "[OK]\n")
}

func eraseStartup(ctx context.Context, r Router, t Terminal) error {
	ok, err := t.Confirm(ctx, "Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]")
	if err != nil || !ok {
		return err
	}
	if err := r.EraseStartup(); err != nil {
		return refuse("Error erasing nvram: %v", err)
	}
	r.Hub().Emit(debug.SysNVRAM{})
	return say(t, "[OK]\nErase of nvram: complete\n")
}

// reload asks whether to save what would be lost, then for confirmation.
func reload(r Router) exec {
	return exec{
		Syntax: "reload",
		Help:   grammar.Help{"reload": "Halt and perform a cold restart"},
		Priv:   privileged,
		Run: func(ctx context.Context, t Terminal, _ grammar.Args) error {
			if saved, err := r.Startup(); err != nil || string(saved) != Text(r.Config()) {
				yes, err := askYesNo(ctx, t, "System configuration has been modified. Save? [yes/no]: ")
				if err != nil {
					return err
				}
				if yes {
					if err := saveStartup(r, t); err != nil {
						return err
					}
				}
			}
			ok, err := t.Confirm(ctx, "Proceed with reload? [confirm]")
			if err != nil || !ok {
				return err
			}
			r.Hub().Emit(debug.SysReload{By: t.Origin(), Reason: "Reload Command"})
			r.Reload()
			return nil
		},
	}
}

// askYesNo asks until the answer is yes or no.
func askYesNo(ctx context.Context, t Terminal, prompt string) (bool, error) {
	for {
		answer, err := t.Ask(ctx, prompt)
		if err != nil {
			return false, err
		}
		switch answer {
		case "yes", "y":
			return true, nil
		case "no", "n":
			return false, nil
		}
		if err := say(t, "% Please answer 'yes' or 'no'.\n"); err != nil {
			return false, err
		}
	}
}
