#!/usr/bin/env bash
# Builds geoservice/viewer/dist with npm when its sources changed since the last build. Usage: setup/viewer.sh [check]
# With `check` it only says by its exit status whether the viewer is built.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/say.sh

viewer=geoservice/viewer
[ -f $viewer/package.json ] || exit 0
sum=$(find $viewer -path $viewer/node_modules -prune -o -path $viewer/dist -prune -o -type f -print0 | sort -z |
    xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1)
stamp=$viewer/dist/.built-$sum
[ -f "$stamp" ] && exit 0
[ "${1:-}" != check ] || exit 1

need_space . 300 "Building the viewer"
say "building the viewer"
packages=$viewer/node_modules/.from-$(sha256sum $viewer/package-lock.json | cut -d ' ' -f 1)
if [ ! -f "$packages" ]; then
    npm --prefix $viewer ci --no-audit --no-fund --no-update-notifier --loglevel=error </dev/null ||
        stop "npm could not install the viewer's packages; its message is above." "If the network failed, run make again."
    touch "$packages"
fi
npm --prefix $viewer run --silent build </dev/null || stop "the viewer did not build; the message is above."
rm -f $viewer/dist/.built-*
touch "$stamp"
