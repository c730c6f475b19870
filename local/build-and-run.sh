#!/bin/sh
# Builds the local run and becomes it (exec), with the same arguments, so that a signal to this process reaches it.
# `go build` prints nothing while it compiles, which takes a minute or two on a new machine.
set -e
cd "$(dirname "$0")/.."
echo "Compiling the local run (a minute or two the first time) ..."
(
  seconds=0
  while sleep 10 >/dev/null 2>&1; do
    seconds=$((seconds + 10))
    echo "  still compiling after $seconds s"
  done
) &
ticker=$!
trap 'kill $ticker 2>/dev/null' EXIT
go build -o .build/local ./local
kill $ticker
trap - EXIT
exec .build/local "$@"
