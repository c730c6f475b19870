package main

import (
	"os"
	"testing"
)

// TestTableIsFresh: the committed table is what mime-db and names.txt give.
func TestTableIsFresh(t *testing.T) {
	want, err := generate("../../../node_modules/mime-db")
	if err != nil {
		t.Fatalf("%v; run npm ci", err)
	}
	got, err := os.ReadFile("../table.go")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("table.go is not what names.txt and mime-db give; run go generate ./lambda/mediatype")
	}
}
