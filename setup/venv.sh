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
need_space . 2000 "The Python environment" "Python 环境"
# In an unpacked bundle (setup/bundle.sh) the packages come from there.
[ ! -d bundle/wheels ] || export PIP_NO_INDEX=1 PIP_FIND_LINKS=$PWD/bundle/wheels
say "Python packages from $lock (some minutes; hash-checked)" "正在按 $lock 安装 Python 软件包（需要几分钟；校验散列值）"
[ -x .venv/bin/python ] || "$python" -m venv .venv
# pip names each package as it comes to it; putting them in place, its last step, it does in silence.
count=$(grep -c '^[A-Za-z0-9].*==' "$lock")
.venv/bin/python -m pip install --no-input --disable-pip-version-check --progress-bar off --require-hashes --no-deps -r "$lock" |
    { grep --line-buffered -E '^(Collecting|Ignoring|Requirement already|Installing collected) ' || true; } |
    {
        seen=0
        while read -r word _; do
            if [ "$word" = Installing ]; then echo "$(either installing… 正在安装…) 0"; continue; fi
            seen=$((seen + 1))
            echo "$(either fetching 下载) $((seen * 100 / count))"
        done
    } | progress ||
    stop "pip could not install $lock; its message is above." "pip 没有装好 $lock，原因见上。" \
        "If the network failed, run make again: what is installed is kept." "若是网络中断，请再运行一次 make：已装好的会保留。"
.venv/bin/python -m pip install -q --no-input --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
# Our own modules are compiled now: who runs the service may not write here, and would compile them at every start.
.venv/bin/python -m compileall -q -x node_modules geoservice layers tiles importers
rm -f .venv/.runtime-* .venv/.dev-*
touch ".venv/.$kind-$(checksum "$lock")"
