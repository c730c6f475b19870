// Command bench measures the functions' cold starts beside that of a Lambda function that does
// nothing:
//
//	go run ./test/bench [-runs 40]
//
// It builds them for this machine with the flags they are deployed with, and runs each as its own
// process against a Lambda Runtime API on loopback. They take turns, so that a busy machine slows
// all of them alike. A run is timed from the start of the process to its first response.
//
// The numbers are for reading. Don't make a test of them: they depend on the machine and on what
// else it does.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	runs := flag.Int("runs", 40, "how often each function is started")
	flag.Parse()
	if flag.NArg() > 0 || *runs < 1 {
		errorf("usage: go run ./test/bench [-runs 40]")
	}
	dir, err := os.MkdirTemp("", "signpost-bench-")
	if err != nil {
		errorf("%v", err)
	}
	err = bench(dir, *runs)
	os.RemoveAll(dir)
	if err != nil {
		errorf("%v", err)
	}
}

// subject is a function that is measured.
type subject struct {
	name        string
	source      string // package path
	environment map[string]string
	event       string                      // that it receives
	check       func(response []byte) error // whether the function has done its work
	binary      string
	size        int64
	starts      []start
}

// start is what one cold start took.
type start struct {
	wall time.Duration // from exec to the first response
	cpu  time.Duration // user and system time spent until then
}

// subjects returns the functions, the empty one first.
func subjects(i *issuer) ([]*subject, error) {
	authorize, err := i.event()
	if err != nil {
		return nil, err
	}
	upload, files := uploadEnvironment(), filesEnvironment()
	return []*subject{
		{name: "empty", source: "signpost/test/bench/empty", environment: upload, event: plan, check: hasStatus(204)},
		{name: "upload", source: "signpost/lambda/upload", environment: upload, event: plan, check: hasStatus(201)},
		{name: "download", source: "signpost/lambda/download", environment: files, event: download, check: hasStatus(200)},
		{name: "list", source: "signpost/lambda/list", environment: files, event: listing, check: hasStatus(200)},
		{name: "delete", source: "signpost/lambda/delete", environment: files, event: deletion, check: hasStatus(200)},
		{name: "scan", source: "signpost/lambda/scan", environment: files, event: scan, check: hasStatus(200)},
		{name: "authorize", source: "signpost/lambda/authorize", environment: i.environment(), event: authorize, check: isAllowed},
	}, nil
}

func bench(dir string, runs int) error {
	i, err := newIssuer()
	if err != nil {
		return err
	}
	defer i.close()
	subjects, err := subjects(i)
	if err != nil {
		return err
	}
	for _, s := range subjects {
		s.binary = filepath.Join(dir, s.name, "bootstrap")
		if err := build(s); err != nil {
			return err
		}
	}
	api, err := newRuntimeAPI()
	if err != nil {
		return err
	}
	defer api.close()
	for i := range runs + 1 {
		for _, s := range subjects {
			took, err := api.run(s)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			if i > 0 { // the first run of each reads the binary from disk
				s.starts = append(s.starts, took)
			}
		}
	}
	report(subjects)
	fmt.Println()
	empty := subjects[0]
	for _, s := range subjects[1:] {
		wall := median(s.starts, wallOf).Seconds() / median(empty.starts, wallOf).Seconds()
		cpu := median(s.starts, cpuOf).Seconds() / median(empty.starts, cpuOf).Seconds()
		fmt.Printf("%s: first response %.2f× the empty function's (CPU time %.2f×), medians of %d starts\n", s.name, wall, cpu, runs)
	}
	return nil
}

func wallOf(s start) time.Duration { return s.wall }
func cpuOf(s start) time.Duration  { return s.cpu }

func report(subjects []*subject) {
	fmt.Printf("%-9s %9s   %26s   %26s\n", "", "", "first response, ms", "CPU time, ms")
	fmt.Printf("%-9s %9s   %8s %8s %8s   %8s %8s %8s\n", "function", "MB", "min", "median", "max", "min", "median", "max")
	for _, s := range subjects {
		var cells []string
		for _, of := range []func(start) time.Duration{wallOf, cpuOf} {
			sorted := sortedBy(s.starts, of)
			cells = append(cells, fmt.Sprintf("%8.2f %8.2f %8.2f", ms(sorted[0]), ms(median(s.starts, of)), ms(sorted[len(sorted)-1])))
		}
		fmt.Printf("%-9s %9.2f   %s\n", s.name, float64(s.size)/1e6, strings.Join(cells, "   "))
	}
}

func sortedBy(starts []start, of func(start) time.Duration) []time.Duration {
	d := make([]time.Duration, len(starts))
	for i, s := range starts {
		d[i] = of(s)
	}
	slices.SortFunc(d, cmp.Compare)
	return d
}

func median(starts []start, of func(start) time.Duration) time.Duration {
	d := sortedBy(starts, of)
	return (d[(len(d)-1)/2] + d[len(d)/2]) / 2
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func errorf(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...)
	os.Exit(1)
}
