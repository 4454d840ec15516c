#!/usr/bin/env bash
# Installs the Debian packages that are missing, and only those. Usage: setup/system.sh demo|test|list
# As root it uses apt-get, as somebody else sudo apt-get; with nothing missing it needs neither. In an unpacked bundle
# (setup/bundle.sh) the packages come from there. `list` names what a machine that has nothing needs to run a built clone.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/say.sh

purpose=${1:-demo}
missing=()
if [ "$purpose" = list ]; then
    echo postgresql-15 postgresql-15-postgis-3 python3 python3-venv fonts-noto-cjk
    exit 0
fi

have_package() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q ' installed$'; }
need_command() { command -v "$1" >/dev/null 2>&1 || missing+=("$2"); }
need_package() { have_package "$1" || missing+=("$1"); }

# A PostgreSQL of this machine with PostGIS is enough, whichever release it is.
have_postgis() {
    local control
    for control in /usr/share/postgresql/*/extension/postgis.control; do
        [ -e "$control" ] || continue
        local release=${control#/usr/share/postgresql/}
        if [ -x "/usr/lib/postgresql/${release%%/*}/bin/initdb" ]; then return 0; fi
    done
    return 1
}

[ -n "${GEOSERVICE_DATABASE_URL:-}" ] && [ "$purpose" = demo ] || have_postgis || missing+=(postgresql-15 postgresql-15-postgis-3)
if python=$(setup/python.sh 2>/dev/null); then
    "$python" -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
elif [ -n "${PYTHON:-}" ] || [ -x /usr/bin/python3 ]; then
    setup/python.sh # it says what is wrong with the Python that is there
else
    missing+=(python3 python3-venv)
fi
if [ "$purpose" = test ] || ! setup/viewer.sh check; then
    need_command node nodejs
    need_command npm npm
fi
if [ "$purpose" = test ]; then
    need_command git git
    need_command chromium chromium
    need_command ogrinfo gdal-bin
    command -v valkey-server >/dev/null 2>&1 || need_command redis-server redis-server
    need_package python3-qgis
    need_package qgis-providers
fi
# The map's labels are Chinese, and are drawn with the fonts of the machine that shows them.
fc-list :lang=zh 2>/dev/null | grep -q . || need_package fonts-noto-cjk

if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

command -v apt-get >/dev/null 2>&1 ||
    stop "this machine has no apt-get, and these are missing: ${missing[*]}." "本机没有 apt-get，缺少：${missing[*]}。" \
        "Install them with this system's own package manager and run make again." "请用本系统的软件包管理器安装，再运行 make。"

if [ "$(id -u)" -eq 0 ]; then
    as_root=()
elif ! command -v sudo >/dev/null 2>&1; then
    stop "these Debian packages are missing and you are neither root nor have sudo: ${missing[*]}." \
        "缺少这些 Debian 软件包，而您不是 root，也没有 sudo：${missing[*]}。" \
        "Ask an administrator to run: apt-get install ${missing[*]}" "请管理员运行：apt-get install ${missing[*]}" \
        "then run make again; it needs no rights after that." "然后再运行 make；此后不再需要权限。"
elif [ -t 0 ] || sudo -n true 2>/dev/null; then
    as_root=(sudo)
else
    stop "these Debian packages are missing and sudo would ask for a password, which nobody is here to type: ${missing[*]}." \
        "缺少这些 Debian 软件包，sudo 需要输入密码，而这里无人输入：${missing[*]}。" \
        "Run make in a terminal, or first: sudo apt-get install ${missing[*]}" \
        "请在终端中运行 make，或先运行：sudo apt-get install ${missing[*]}"
fi

if [ "$purpose" = test ]; then megabytes=2500; else megabytes=900; fi
need_space /usr $megabytes "Installing ${missing[*]}" "安装 ${missing[*]} "
say "installing Debian packages (some minutes): ${missing[*]}" "正在安装 Debian 软件包（需要几分钟）：${missing[*]}"
apt=(apt-get -q -o APT::Status-Fd=3 -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
if [ -f bundle/debs/Packages ]; then # the bundle alone, whatever registries the machine is configured for
    own=$(mktemp -d)
    mkdir -p "$own/lists/partial" "$own/parts"
    echo "deb [trusted=yes] file:$(pwd | sed 's/ /%20/g')/bundle/debs ./" >"$own/bundle.list"
    apt+=(-o Dir::Etc::SourceList="$own/bundle.list" -o Dir::Etc::SourceParts="$own/parts" -o Dir::State::Lists="$own/lists")
    apt+=(-o APT::Sandbox::User=root)
fi
# apt-get closes the descriptor of its status lines to the programs it calls, so it is not their output's; sudo leaves
# no third one open, so the shell behind it makes one.
root_apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c '"$@" 3>&1' sh "${apt[@]}" "$@" </dev/null; }
install() { root_apt -y --no-install-recommends install "${missing[@]}"; }
update() { root_apt update; }
# Keeps in the log what a command says, and tells how far it is: by apt-get's status lines, KIND:PACKAGE:SHARE:WORDS.
log=$(mktemp)
follow() {
    "$@" 2>&1 | tee -a "$log" | sed -nu -e "s/^dlstatus:[^:]*:\([0-9]*\).*/$(either fetching 下载) \1/p" \
        -e "s/^pmstatus:[^:]*:\([0-9]*\).*/$(either installing 安装) \1/p" | progress
}

# A package list may be old or absent; then the first try fails and the list is fetched.
if ! follow install; then
    { update >>"$log" 2>&1 && follow install; } || {
        words=$(grep -Ev '^(dl|pm)status:' "$log" | tail -n 5)
        stop "apt-get could not install ${missing[*]}; its last words:" "apt-get 没有装好 ${missing[*]}，最后几行是：" "$words" "$words" \
            "The whole log: $log" "完整的记录：$log"
    }
fi
rm -f "$log"
