#!/usr/bin/env bash
# Installs the peers that `make bench` measures beside our service: Debian packages and .venv-bench, each only when missing.
# A peer that cannot be installed is no reason to stop: the benchmark leaves it out and says so.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/say.sh

missing=()
for pair in wrk:wrk nginx:nginx-light spawn-fcgi:spawn-fcgi mapserv:cgi-mapserver gdalwarp:gdal-bin; do
    PATH=$PATH:/usr/sbin command -v "${pair%%:*}" >/dev/null 2>&1 || missing+=("${pair##*:}")
done
if [ ${#missing[@]} -gt 0 ]; then
    as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    say "installing Debian packages: ${missing[*]}" "正在安装 Debian 软件包：${missing[*]}"
    # nginx comes with a service of its own, which nobody wants beside a benchmark.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -q -y --no-install-recommends \
        -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 install "${missing[@]}" </dev/null >/dev/null ||
        say "not installed: ${missing[*]}; install them by hand, or do without these peers" \
            "没有装好：${missing[*]}；可手工安装，或不与它们比较"
fi
command -v wrk >/dev/null 2>&1 || stop "wrk sends the requests, and it is not here." "请求由 wrk 发出，这里没有它。" \
    "On Debian: apt-get install wrk" "Debian：apt-get install wrk"

peers=${BENCH_PEERS_PYTHON:-.venv-bench/bin/python}
wanted=(tipg pygeoapi geoalchemy2 psycopg2-binary titiler.core titiler.mosaic cogeo-mosaic 'uvicorn[standard]')
stamp=.venv-bench/.installed-$(echo "${wanted[*]}" | sha256sum | cut -c 1-16)
if [ "$peers" = .venv-bench/bin/python ] && [ ! -f "$stamp" ]; then
    say "Python peers in .venv-bench: ${wanted[*]}" "正在把用于比较的 Python 软件装入 .venv-bench：${wanted[*]}"
    [ -x "$peers" ] || "$(setup/python.sh)" -m venv .venv-bench
    if "$peers" -m pip install -q --no-input --disable-pip-version-check "${wanted[@]}"; then
        touch "$stamp"
    else
        say "the Python peers could not be installed; they are left out" "用于比较的 Python 软件没有装好，不再比较它们"
    fi
fi
