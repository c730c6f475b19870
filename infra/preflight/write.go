package main

import (
	"fmt"
	"io"

	"signpost/infra"
	"signpost/infra/preflight/check"
)

// levels are the names of the levels in a report.
var levels = map[check.Level]string{check.Fine: "ok", check.Note: "note", check.Unknown: "UNKNOWN", check.Problem: "PROBLEM"}

// write writes a report for a person.
func write(out io.Writer, stage infra.Stage, report check.Report) {
	fmt.Fprintf(out, "preflight: stage %s, stack %s", stage.Name, stage.StackName())
	if report.Place.Account != "" && report.Place.Region != "" {
		fmt.Fprintf(out, ", account %s, region %s", report.Place.Account, report.Place.Region)
	}
	fmt.Fprint(out, "\n\n")
	for _, found := range report.Findings {
		fmt.Fprintf(out, "  %-7s  %s: %s\n", levels[found.Level], found.Subject, found.Says)
		for _, step := range found.Do {
			fmt.Fprintf(out, "           → %s\n", step)
		}
	}
	problems, unknown := report.Count(check.Problem), report.Count(check.Unknown)
	fmt.Fprintf(out, "\npreflight: %s, %d not checked\n", count(problems, "problem"), unknown)
}

func count(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
