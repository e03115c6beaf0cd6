#!/bin/sh
# Process 1 of a container: node itself, which gets the signals, with V8's limit set from MAX_MEMORY_MB or the container's own
# limit. As process 1 there is no supervisor: whoever runs the container starts another when it ends.
set -eu
cd "$(dirname "$0")/../.."
flags=$(node dist/src/cli/node-flags.js)
exec node $flags dist/src/main.js "$@"
