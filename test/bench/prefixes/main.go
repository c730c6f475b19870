// Command prefixes shows how the keys of uploads spread over prefixes, and so over S3's partitions:
//
//	go run ./test/bench/prefixes [-keys 1000000] [-rate 10000]
//
// It makes keys with package key, at a rate of uploads a second by users who are chosen at random.
// For each depth it prints the share of a second's writes that the busiest prefix gets, in the
// median second. S3 takes at least 3,500 writes a second for each partitioned prefix ("Best
// practices design patterns: optimizing Amazon S3 performance", Amazon S3 User Guide).
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"signpost/lambda/config"
	"signpost/lambda/key"
)

const writesPerPartition = 3500

// depths are the lengths of the prefixes, after the key prefix: parts of the user's sub, the sub,
// and parts of the id.
var depths = []struct {
	name   string
	length int
}{
	{"uploads/", 0},
	{"1 character of the sub", 1},
	{"2 characters of the sub", 2},
	{"3 characters of the sub", 3},
	{"the sub", 36},
	{"the sub, the id's time to 1 s", 37 + 8}, // 2^10 ms
	{"the sub, the id's time to 1 ms", 37 + 10},
	{"the sub, the id's time, 2 random", 37 + 12},
}

func main() {
	keys := flag.Int("keys", 1_000_000, "how many keys to make")
	rate := flag.Int("rate", 10_000, "uploads a second")
	flag.Parse()
	fmt.Printf("%d keys at %d uploads a second: the busiest prefix's share of a second's writes, and the rate at which it has %d\n\n", *keys, *rate, writesPerPartition)
	users := []int{1, 100, 10_000}
	fmt.Printf("%-40s", "prefix")
	for _, count := range users {
		fmt.Printf("%26s", fmt.Sprintf("users: %d", count))
	}
	fmt.Println()
	var columns [][]float64
	for _, count := range users {
		columns = append(columns, shares(subs(count), *keys, *rate))
	}
	for i, depth := range depths {
		fmt.Printf("%-40s", depth.name)
		for _, column := range columns {
			fmt.Printf("%26s", fmt.Sprintf("%.3f %%  %.0f/s", 100*column[i], writesPerPartition/column[i]))
		}
		fmt.Println()
	}
}

// subs returns the ids of users, which are random UUIDs, as Cognito's.
func subs(count int) []string {
	subs := make([]string, count)
	for i := range subs {
		high, low := rand.Uint64(), rand.Uint64()
		subs[i] = fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", high>>32, high>>16&0xffff, high&0xfff, low>>48&0x3fff|0x8000, low&0xffff_ffff_ffff)
	}
	return subs
}

// shares returns, for each depth, the median over all seconds of the busiest prefix's share.
func shares(subs []string, keys, rate int) []float64 {
	start := time.Now()
	perSecond := make([][]float64, len(depths))
	for first := 0; first < keys; first += rate {
		counts := make([]map[string]int, len(depths))
		for i := range counts {
			counts[i] = map[string]int{}
		}
		count := min(rate, keys-first)
		for n := range count {
			now := start.Add(time.Duration(first+n) * time.Second / time.Duration(rate))
			made := key.New(config.DefaultKeyPrefix, "", subs[rand.IntN(len(subs))], "holiday.png", now)
			for i, depth := range depths {
				counts[i][made[:len(config.DefaultKeyPrefix)+depth.length]]++
			}
		}
		for i := range depths {
			busiest := 0
			for _, writes := range counts[i] {
				busiest = max(busiest, writes)
			}
			perSecond[i] = append(perSecond[i], float64(busiest)/float64(count))
		}
	}
	medians := make([]float64, len(depths))
	for i, all := range perSecond {
		slices.Sort(all)
		medians[i] = all[len(all)/2]
	}
	return medians
}
