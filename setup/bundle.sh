#!/usr/bin/env bash
# Packs what a machine without a network needs into one archive: this commit, the built viewer, the Python packages of the
# lock, the Debian packages with all they need, and the demo's archives where they have been fetched. Usage: setup/bundle.sh
# On the machine without: unpack, make setup. The scripts beside this one find `bundle/` and ask no registry.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/say.sh

version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
name=geoservice-$version-$(dpkg --print-architecture)
stage=dist/$name
need_space . 2500 "The bundle" "离线安装包"
command -v apt-get >/dev/null 2>&1 || stop "the bundle holds Debian packages, and this machine has no apt-get." \
    "离线安装包要收入 Debian 软件包，本机没有 apt-get。"
rm -rf "$stage"
mkdir -p "$stage/bundle/wheels" "$stage/bundle/debs/partial" dist/empty/partial
commit=$(git log -1 --format='%h %s')
say "the program, as committed: $commit" "程序，按提交的版本：$commit"
git archive HEAD | tar x -C "$stage"
cp -a geoservice/viewer/dist "$stage/geoservice/viewer/"
if [ -d "${DATA:-data}/demo/packages" ]; then
    mkdir -p "$stage/data/demo"
    cp -al "${DATA:-data}/demo/packages" "$stage/data/demo/" 2>/dev/null || cp -a "${DATA:-data}/demo/packages" "$stage/data/demo/"
fi

say "Python packages from requirements.lock (hash-checked)" "requirements.lock 中的 Python 软件包（校验散列值）"
.venv/bin/python -m pip download -q --no-input --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
    -r requirements.lock -d "$stage/bundle/wheels" || stop "pip could not fetch them; its message is above." "pip 没有下载到，原因见上。" \
    "Run it again." "请再运行一次。"

# Against a list of installed packages that is empty, apt fetches all that these need, whatever this machine has.
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
say "Debian packages of $release, with all they need" "$release 的 Debian 软件包及其全部依赖"
debs=$PWD/$stage/bundle/debs
: >dist/empty/status
read -ra packages <<<"$(setup/system.sh list)"
apt-get -q -y --no-install-recommends --download-only -o Dir::State::Status="$PWD/dist/empty/status" \
    -o Dir::Cache::Archives="$debs" -o Debug::NoLocking=1 -o APT::Sandbox::User=root -o Dpkg::Use-Pty=0 \
    install make "${packages[@]}" </dev/null >dist/empty/log 2>&1 ||
    {
        words=$(tail -n 3 dist/empty/log)
        stop "apt-get could not fetch them; its last words:" "apt-get 没有下载到，最后几行是：" "$words" "$words" \
            "An old list of packages is renewed by: apt-get update" "软件包列表过旧时请运行：apt-get update"
    }
rm -rf "$debs/partial" "$debs/lock"
for deb in "$debs"/*.deb; do
    dpkg-deb -f "$deb"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$(basename "$deb")" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d ' ' -f 1)"
done >"$debs/Packages"

tar cf "dist/$name.tar" -C dist "$name" # what is in it is packed already
rm -rf "$stage" dist/empty
size=$(du -m "dist/$name.tar" | cut -f 1)
say "dist/$name.tar ($size MB): carry it there, tar xf, and go on as docs/install.md says" \
    "dist/$name.tar（$size MB）：拷到目标机器，tar xf，再按 docs/install.md 进行"
