package router

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// CPUUse is a share of the machine's time, in hundredths of a percent, over the last
// five seconds, minute and five minutes.
type CPUUse struct{ FiveSec, OneMin, FiveMin int }

// Process is one thread of this program, as Linux sees it.
type Process struct {
	ID      int
	Name    string
	Runtime time.Duration // since it began
	Invoked uint64        // times that it was given a processor
	Use     CPUUse
}

// Load is what the machine's processors do.
type Load struct {
	Total     CPUUse
	Interrupt int // of the last five seconds, hundredths of a percent
	Processes []Process
	Seconds   []int // percent of each of the last 60, newest first
	Minutes   []Peak
	Hours     []Peak // at most 72
}

// Peak is the use of a minute or an hour, in percent.
type Peak struct{ Average, Maximum int }

// times are what /proc/stat counts since the machine started, in ticks.
type times struct{ all, busy, interrupt uint64 }

// loadMeter samples the processors once a second. It is safe for concurrent use.
type loadMeter struct {
	mu      sync.Mutex
	samples []times          // one a second, the newest last, at most 301
	threads []map[int]uint64 // ticks by thread, one every five seconds, likewise, at most 61
	minutes []Peak           // newest first
	hours   []Peak
	ticks   int // samples since the start

	lowest lowest // memory
}

const (
	sampledSeconds = 5*60 + 1
	threadEvery    = 5
	userHZ         = 100 // what /proc counts in, on every Linux that Go runs on
)

// run samples until ctx is done.
func (m *loadMeter) run(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	m.sample(readTimes(), readThreads())
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		var threads map[int]uint64
		if m.ticks%threadEvery == 0 {
			threads = readThreads()
			m.lowest.note(freeMemory())
		}
		m.sample(readTimes(), threads)
	}
}

// sample adds what was counted a second after the last; threads may be nil.
func (m *loadMeter) sample(now times, threads map[int]uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ticks++
	m.samples = append(m.samples, now)
	m.samples = m.samples[max(0, len(m.samples)-sampledSeconds):]
	if threads != nil {
		m.threads = append(m.threads, threads)
		m.threads = m.threads[max(0, len(m.threads)-sampledSeconds/threadEvery-1):]
	}
	if n := m.ticks - 1; n > 0 && n%60 == 0 {
		m.minutes = slices.Insert(m.minutes, 0, peakOf(m.seconds(60)))
		m.minutes = m.minutes[:min(len(m.minutes), 60)]
		if n%3600 == 0 {
			var hour Peak
			for _, p := range m.minutes {
				hour.Average += p.Average
				hour.Maximum = max(hour.Maximum, p.Maximum)
			}
			hour.Average /= len(m.minutes)
			m.hours = slices.Insert(m.hours, 0, hour)
			m.hours = m.hours[:min(len(m.hours), 72)]
		}
	}
}

func peakOf(seconds []int) Peak {
	var p Peak
	for _, s := range seconds {
		p.Average += s
		p.Maximum = max(p.Maximum, s)
	}
	p.Average /= max(1, len(seconds))
	return p
}

// seconds returns the percentages of the last n seconds, newest first.
func (m *loadMeter) seconds(n int) []int {
	var out []int
	for i := len(m.samples) - 1; i > 0 && len(out) < n; i-- {
		out = append(out, hundredths(m.samples[i].busy-m.samples[i-1].busy, m.samples[i].all-m.samples[i-1].all)/100)
	}
	return out
}

// load returns the state of now.
func (m *loadMeter) load() Load {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := Load{Seconds: m.seconds(60), Minutes: slices.Clone(m.minutes), Hours: slices.Clone(m.hours)}
	since := func(seconds int) times {
		last := len(m.samples) - 1
		if last < 1 {
			return times{}
		}
		a, b := m.samples[max(0, last-seconds)], m.samples[last]
		return times{b.all - a.all, b.busy - a.busy, b.interrupt - a.interrupt}
	}
	five, one, long := since(5), since(60), since(300)
	l.Total = CPUUse{hundredths(five.busy, five.all), hundredths(one.busy, one.all), hundredths(long.busy, long.all)}
	l.Interrupt = hundredths(five.interrupt, five.all)
	l.Processes = readProcesses()
	for i := range l.Processes {
		p := &l.Processes[i]
		use := func(seconds int) int {
			last := len(m.threads) - 1
			if last < 1 {
				return 0
			}
			n := min(seconds/threadEvery, last)
			return hundredths(m.threads[last][p.ID]-m.threads[last-n][p.ID], since(n*threadEvery).all)
		}
		p.Use = CPUUse{use(5), use(60), use(300)}
	}
	return l
}

// hundredths is a share in hundredths of a percent.
func hundredths(part, whole uint64) int {
	if whole == 0 {
		return 0
	}
	return int(min(part*10000/whole, 10000))
}

// readTimes reads the first line of /proc/stat.
func readTimes() times {
	line, _, _ := strings.Cut(readFile("/proc/stat"), "\n")
	return parseTimes(line)
}

// parseTimes reads "cpu user nice system idle iowait irq softirq steal …".
func parseTimes(line string) times {
	var t times
	for i, f := range strings.Fields(line) {
		n, err := strconv.ParseUint(f, 10, 64)
		if err != nil || i > 8 { // guest time is within user time
			continue
		}
		t.all += n
		switch i {
		case 4, 5: // idle, iowait
		case 6, 7: // irq, softirq
			t.interrupt += n
			t.busy += n
		default:
			t.busy += n
		}
	}
	return t
}

const ownThreads = "/proc/self/task"

// readThreads returns the ticks that each thread of this program has had.
func readThreads() map[int]uint64 {
	out := map[int]uint64{}
	dirs, _ := os.ReadDir(ownThreads)
	for _, d := range dirs {
		if id, err := strconv.Atoi(d.Name()); err == nil {
			_, out[id] = parseStat(readFile(filepath.Join(ownThreads, d.Name(), "stat")))
		}
	}
	return out
}

// readProcesses returns the threads of this program, in the order of their numbers.
func readProcesses() []Process {
	var out []Process
	dirs, _ := os.ReadDir(ownThreads)
	for _, d := range dirs {
		id, err := strconv.Atoi(d.Name())
		if err != nil {
			continue
		}
		name, ticks := parseStat(readFile(filepath.Join(ownThreads, d.Name(), "stat")))
		status := filepath.Join(ownThreads, d.Name(), "status")
		out = append(out, Process{ID: id, Name: name, Runtime: time.Duration(ticks) * time.Second / userHZ,
			Invoked: field(status, "voluntary_ctxt_switches:") + field(status, "nonvoluntary_ctxt_switches:")})
	}
	slices.SortFunc(out, func(a, b Process) int { return a.ID - b.ID })
	return out
}

// parseStat reads the name and the ticks, in user and system mode, of "7 (name) S 1 …".
func parseStat(line string) (name string, ticks uint64) {
	open, shut := strings.IndexByte(line, '('), strings.LastIndexByte(line, ')')
	if open < 0 || shut < open {
		return "", 0
	}
	fields := strings.Fields(line[shut+1:])
	if len(fields) < 13 {
		return line[open+1 : shut], 0
	}
	user, _ := strconv.ParseUint(fields[11], 10, 64)
	system, _ := strconv.ParseUint(fields[12], 10, 64)
	return line[open+1 : shut], user + system
}

// Load returns what the machine's processors do.
func (r *Router) Load() Load { return r.loads.load() }
