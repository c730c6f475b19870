#!/usr/bin/env bash
# Renders openapi.yaml into one HTML file that needs nothing else: docs/api.html, or the file that is given.
# The same input gives the same bytes, so a test can tell whether docs/api.html is up to date.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
PATH=$root/node_modules/.bin:$PATH

export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
redocly build-docs "$root/openapi.yaml" --output "${1:-$root/docs/api.html}" \
  --inlineBundle --template "$here/reference.hbs" --title 'Signpost API' \
  --openapi.disableTelemetry --openapi.hideTryIt --openapi.showExtensions --openapi.schemasExpansionLevel=2
