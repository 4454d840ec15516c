#!/usr/bin/env bash
# Prints the Python that the virtual environment is made from: $PYTHON, or Debian's own, or python3 on the path.
# Debian's comes first because a version manager's shim may point at a Python without sqlite, ssl or a future.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/say.sh

for candidate in ${PYTHON:-/usr/bin/python3 python3}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        command -v "$candidate"
        exit 0
    fi
done
tried=${PYTHON:-/usr/bin/python3, python3}
stop "no Python 3.11 or newer (tried: $tried)." "没有 Python 3.11 或更新的版本（试过：$tried）。" \
    "On Debian 12: apt-get install python3 python3-venv; elsewhere: make PYTHON=/path/of/python3.11 demo" \
    "Debian 12：apt-get install python3 python3-venv；其他系统：make PYTHON=/path/of/python3.11 demo"
