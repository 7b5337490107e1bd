package commands

import (
	"iter"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

type archiveLine = grammar.Line[*config.Archive]
type archiveLogLine = grammar.Line[*config.ArchiveLog]

// archiveBlock is `archive`: where and when configurations are kept. Its lines with
// defaults are written only where they differ.
var archiveBlock = grammar.Block[*config.Config, *config.Archive]{
	Syntax: "archive",
	Help:   grammar.Help{"archive": "Archive the configuration"},
	Open:   func(c *config.Config, _ grammar.Args) (*config.Archive, error) { return &c.Archive, nil },
	No:     func(c *config.Config, _ grammar.Args) error { c.Archive = config.DefaultArchive; return nil },
	Each: func(c *config.Config) iter.Seq2[string, *config.Archive] {
		return func(yield func(string, *config.Archive) bool) {
			if c.Archive != config.DefaultArchive {
				yield("archive", &c.Archive)
			}
		}
	},
	Sub: archiveMode,
}

var archiveMode = grammar.NewMode[*config.Archive]("config-archive", "Archive configuration commands:",
	grammar.Block[*config.Archive, *config.ArchiveLog]{
		Syntax: "log config",
		Help:   grammar.Help{"log": "Logging commands", "config": "Logging changes to the running configuration"},
		Open:   func(a *config.Archive, _ grammar.Args) (*config.ArchiveLog, error) { return &a.Log, nil },
		No:     func(a *config.Archive, _ grammar.Args) error { a.Log = config.DefaultArchive.Log; return nil },
		Each: func(a *config.Archive) iter.Seq2[string, *config.ArchiveLog] {
			return func(yield func(string, *config.ArchiveLog) bool) {
				if a.Log != config.DefaultArchive.Log {
					yield("log config", &a.Log)
				}
			}
		},
		Sub: archiveLogMode,
	},
	archiveLine{
		Syntax: "path ![flash:$file]",
		Help:   grammar.Help{"path": "path for backups", "$file": "Write archive on flash: file system"},
		Set: func(a *config.Archive, args grammar.Args) error {
			path := args.String("file")
			if strings.Trim(path[len("flash:"):], "/") == "" {
				return refuse("Invalid path: a name must follow flash:")
			}
			a.Path = path
			return nil
		},
		No: func(a *config.Archive, _ grammar.Args) error { a.Path = ""; return nil },
		Write: func(a *config.Archive, w *grammar.Writer) {
			if a.Path != "" {
				w.Line("path", a.Path)
			}
		},
	},
	archiveLine{
		Syntax: "maximum ![<1-14>]",
		Help:   grammar.Help{"maximum": "maximum number of backup copies", "<1-14>": "Maximum number of backup copies"},
		Set:    func(a *config.Archive, args grammar.Args) error { a.Maximum = args.Int("<1-14>"); return nil },
		No:     func(a *config.Archive, _ grammar.Args) error { a.Maximum = config.DefaultArchive.Maximum; return nil },
		Write: func(a *config.Archive, w *grammar.Writer) {
			writeUnless(w, "maximum", a.Maximum, config.DefaultArchive.Maximum)
		},
	},
	archiveLine{
		Syntax: "write-memory",
		Help:   grammar.Help{"write-memory": "Enable automatic backup generation during write memory"},
		Set:    func(a *config.Archive, _ grammar.Args) error { a.WriteMemory = true; return nil },
		No:     func(a *config.Archive, _ grammar.Args) error { a.WriteMemory = false; return nil },
		Write: func(a *config.Archive, w *grammar.Writer) {
			if a.WriteMemory {
				w.Line("write-memory")
			}
		},
	},
	archiveLine{
		Syntax: "time-period ![<1-525600>]",
		Help:   grammar.Help{"time-period": "Period of time in minutes to automatically archive the running-config", "<1-525600>": "Number of minutes to wait between archive creation"},
		Set:    func(a *config.Archive, args grammar.Args) error { a.Period = args.Int("<1-525600>"); return nil },
		No:     func(a *config.Archive, _ grammar.Args) error { a.Period = 0; return nil },
		Write:  func(a *config.Archive, w *grammar.Writer) { writeUnless(w, "time-period", a.Period, 0) },
	},
	known[*config.Archive](knownArchive),
)

var archiveLogMode = grammar.NewMode[*config.ArchiveLog]("config-archive-log-cfg", "Config logger configuration commands:",
	archiveLogLine{
		Syntax: "logging enable",
		Help:   grammar.Help{"logging": "Modify config logging parameters", "enable": "Enable the config logger"},
		Set:    func(l *config.ArchiveLog, _ grammar.Args) error { l.Enabled = true; return nil },
		No:     func(l *config.ArchiveLog, _ grammar.Args) error { l.Enabled = false; return nil },
		Write: func(l *config.ArchiveLog, w *grammar.Writer) {
			if l.Enabled {
				w.Line("logging enable")
			}
		},
	},
	archiveLogLine{
		Syntax: "logging size ![<1-1000>]",
		Help:   grammar.Help{"size": "Specify maximum number of config changes to be queued in logger", "<1-1000>": "Specify the maximum number of logged commands"},
		Set:    func(l *config.ArchiveLog, a grammar.Args) error { l.Size = a.Int("<1-1000>"); return nil },
		No:     func(l *config.ArchiveLog, _ grammar.Args) error { l.Size = config.DefaultArchive.Log.Size; return nil },
		Write: func(l *config.ArchiveLog, w *grammar.Writer) {
			writeUnless(w, "logging size", l.Size, config.DefaultArchive.Log.Size)
		},
	},
	archiveLogLine{
		Syntax: "notify syslog [contenttype plaintext]",
		Help: grammar.Help{"notify": "Specify config change notification targets", "syslog": "Notify via syslog",
			"contenttype": "Format of notification", "plaintext": "Notifications are text"},
		Set: func(l *config.ArchiveLog, _ grammar.Args) error { l.Notify = true; return nil },
		No:  func(l *config.ArchiveLog, _ grammar.Args) error { l.Notify = false; return nil },
		Write: func(l *config.ArchiveLog, w *grammar.Writer) {
			if l.Notify {
				w.Line("notify syslog contenttype plaintext")
			}
		},
	},
	archiveLogLine{
		Syntax: "hidekeys",
		Help:   grammar.Help{"hidekeys": "suppress output (e.g. passwords) when displaying logged commands"},
		Set:    func(l *config.ArchiveLog, _ grammar.Args) error { l.HideKeys = true; return nil },
		No:     func(l *config.ArchiveLog, _ grammar.Args) error { l.HideKeys = false; return nil },
		Write: func(l *config.ArchiveLog, w *grammar.Writer) {
			if l.HideKeys {
				w.Line("hidekeys")
			}
		},
	},
	known[*config.ArchiveLog](knownArchiveLog),
)
