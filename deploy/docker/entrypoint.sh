#!/bin/sh
# Process 1 of a container: node itself, which gets the signals, with V8's limit set from MAX_MEMORY_MB or the container's own
# limit. As process 1 there is no supervisor: whoever runs the container starts another when it ends.
set -eu
cd "$(dirname "$0")/../.."
# Process 1 hears only signals that it asks for: a stop in this moment is one too.
trap 'exit 0' TERM INT
flags=$(node dist/src/main.js node-flags)
trap - TERM INT
exec node $flags dist/src/main.js "$@"
