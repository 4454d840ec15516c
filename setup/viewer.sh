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

need_space . 300 "Building the viewer" "构建地图界面"
say "building the viewer" "正在构建地图界面"
packages=$viewer/node_modules/.from-$(sha256sum $viewer/package-lock.json | cut -d ' ' -f 1)
if [ ! -f "$packages" ]; then
    npm --prefix $viewer ci --no-audit --no-fund --no-update-notifier --loglevel=error </dev/null ||
        stop "npm could not install the viewer's packages; its message is above." "npm 没有装好地图界面的软件包，原因见上。" \
            "If the network failed, run make again." "若是网络中断，请再运行一次 make。"
    touch "$packages"
fi
npm --prefix $viewer run --silent build </dev/null || stop "the viewer did not build; the message is above." "地图界面没有构建成功，原因见上。"
rm -f $viewer/dist/.built-*
touch "$stamp"
