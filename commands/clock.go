package commands

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"conft/internal/config"
	"conft/shell/grammar"
)

var timezoneLine = configLine{
	Syntax: "clock timezone ![WORD$name <-23-23>$hours [<0-59>$minutes]]",
	Help: grammar.Help{"clock": "Configure time-of-day clock", "timezone": "Configure time zone", "$name": "name of time zone",
		"$hours": "Hours offset from UTC", "$minutes": "Minutes offset from UTC"},
	Set: func(c *config.Config, a grammar.Args) error {
		hours := a.Int("hours")
		minutes := a.Int("minutes")
		if hours < 0 {
			minutes = -minutes
		}
		c.Zone.Name, c.Zone.Minutes = a.String("name"), hours*60+minutes
		return nil
	},
	No: func(c *config.Config, _ grammar.Args) error { c.Zone.Name, c.Zone.Minutes = "", 0; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		z := c.Zone
		if z.Name == "" {
			return
		}
		minutes := ""
		if rest := max(z.Minutes, -z.Minutes) % 60; rest != 0 || c.IOS15() {
			minutes = strconv.Itoa(rest)
		}
		w.Line("clock timezone", z.Name, strconv.Itoa(z.Minutes/60), minutes)
	},
}

const summerWeek = "{<1-4>$@Week | first$@First | last$@Last} DAY$@Day MONTH$@Month hh:mm$@Time"

var summerTimeLine = configLine{
	Syntax: "clock summer-time ![WORD$name {recurring [" + strings.ReplaceAll(summerWeek, "@", "from") + " " + strings.ReplaceAll(summerWeek, "@", "to") +
		" [<1-1440>$ahead]] | date {<1-31>$fromDay MONTH$fromMonth | MONTH$fromMonth <1-31>$fromDay} <1993-2035>$fromYear hh:mm$fromTime" +
		" {<1-31>$toDay MONTH$toMonth | MONTH$toMonth <1-31>$toDay} <1993-2035>$toYear hh:mm$toTime [<1-1440>$ahead]}]",
	Help: grammar.Help{"clock": "Configure time-of-day clock", "summer-time": "Configure summer (daylight savings) time",
		"$name": "name of time zone in summer", "recurring": "Configure recurring summer time", "date": "Configure absolute summer time",
		"$fromWeek": "Week number to start", "$fromFirst": "First week of the month", "$fromLast": "Last week of the month",
		"$toFirst": "First week of the month", "$toLast": "Last week of the month",
		"$fromDay": "Date or weekday to start", "$fromMonth": "Month to start", "$fromTime": "Time to start (hh:mm)", "$fromYear": "Year to start",
		"$toWeek": "Week number to end", "$toDay": "Date or weekday to end", "$toMonth": "Month to end", "$toTime": "Time to end (hh:mm)",
		"$toYear": "Year to end", "$ahead": "Offset to add in minutes"},
	Set: func(c *config.Config, a grammar.Args) error {
		s := config.Summer{Name: a.String("name"), Recurring: a.Has("recurring"), Ahead: config.DefaultAhead,
			From: config.USSummer[0], To: config.USSummer[1]}
		if a.Has("ahead") {
			s.Ahead = a.Int("ahead")
		}
		if a.Has("fromTime") {
			s.From, s.To = summerEdge(a, "from"), summerEdge(a, "to")
		}
		c.Zone.Summer = s
		return nil
	},
	No: func(c *config.Config, _ grammar.Args) error { c.Zone.Summer = config.Summer{}; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		s := c.Zone.Summer
		if s.Name == "" {
			return
		}
		ahead := ""
		if s.Ahead != config.DefaultAhead {
			ahead = strconv.Itoa(s.Ahead)
		}
		switch {
		case !s.Recurring:
			w.Line("clock summer-time", s.Name, "date", edgeText(s.From), edgeText(s.To), ahead)
		case ahead == "" && s.From == config.USSummer[0] && s.To == config.USSummer[1]:
			w.Line("clock summer-time", s.Name, "recurring")
		default:
			w.Line("clock summer-time", s.Name, "recurring", edgeText(s.From), edgeText(s.To), ahead)
		}
	},
}

// summerEdge reads the arguments of one end of summer time.
func summerEdge(a grammar.Args, which string) config.Edge {
	var e config.Edge
	month, _ := time.Parse("January", a.String(which+"Month"))
	e.Month = month.Month()
	hour, minute, _ := strings.Cut(a.String(which+"Time"), ":")
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	e.Minute = h*60 + m
	if a.Has("date") {
		e.Day, e.Year = a.Int(which+"Day"), a.Int(which+"Year")
		return e
	}
	switch {
	case a.Has(which + "First"):
		e.Week = 1
	case a.Has(which + "Last"):
		e.Week = config.LastWeek
	default:
		e.Week = a.Int(which + "Week")
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		if day.String() == a.String(which+"Day") {
			e.Weekday = day
		}
	}
	return e
}

// edgeText is "last Sun Mar 2:00" or "Mar 30 2014 2:00".
func edgeText(e config.Edge) string {
	at := fmt.Sprintf("%d:%02d", e.Minute/60, e.Minute%60)
	month := e.Month.String()[:3]
	if e.Week == 0 {
		return fmt.Sprintf("%s %d %d %s", month, e.Day, e.Year, at)
	}
	week := strconv.Itoa(e.Week)
	if e.Week == config.LastWeek {
		week = "last"
	}
	return fmt.Sprintf("%s %s %s %s", week, e.Weekday.String()[:3], month, at)
}
