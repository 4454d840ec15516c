#!/usr/bin/env bash
# Makes .venv hold what the lock says, checked by hash. Usage: setup/venv.sh runtime|dev
# The stamp in .venv carries the checksum of what was installed: a second run compares it and ends at once; a run that
# was cut short has left no stamp and is simply taken up again.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/say.sh

kind=${1:-runtime}
if [ "$kind" = dev ]; then lock=requirements-dev.lock; else lock=requirements.lock; fi
python=$(setup/python.sh) || exit 1
checksum() { { cat "$1" pyproject.toml; pwd; "$python" -V; } | sha256sum | cut -d ' ' -f 1; }

[ -f ".venv/.dev-$(checksum requirements-dev.lock)" ] && exit 0
[ -f ".venv/.$kind-$(checksum "$lock")" ] && exit 0

# An environment that does not run (moved folder, removed Python) is made anew.
if [ -d .venv ] && ! .venv/bin/python -m pip --version >/dev/null 2>&1; then rm -rf .venv; fi
need_space . 2000 "The Python environment"
# In an unpacked bundle (setup/bundle.sh) the packages come from there.
[ ! -d bundle/wheels ] || export PIP_NO_INDEX=1 PIP_FIND_LINKS=$PWD/bundle/wheels
say "Python packages from $lock (hash-checked)"
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install -q --no-input --disable-pip-version-check --require-hashes --no-deps -r "$lock" ||
    stop "pip could not install $lock; its message is above." "If the network failed, run make again: what is installed is kept."
.venv/bin/python -m pip install -q --no-input --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
rm -f .venv/.runtime-* .venv/.dev-*
touch ".venv/.$kind-$(checksum "$lock")"
