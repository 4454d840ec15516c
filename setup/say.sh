# Shared by the set-up scripts: one way to speak, one way to stop. Sourced, not run. Sentences come in pairs, English and
# Chinese; as in the program, the first of these variables that is set tells which is spoken.
case ${GEOSERVICE_LANGUAGE:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}} in [zZ][hH]*) chinese=yes ;; *) chinese= ;; esac

either() { if [ -n "$chinese" ]; then printf '%s' "$2"; else printf '%s' "$1"; fi; }

say() { printf '\033[1m==> %s\033[0m\n' "$(either "$1" "$2")"; }

# stop PAIR...: every pair is what is wrong or what to do; no trace, no command line.
stop() {
    printf '\033[31m%s\033[0m%s\n' "$(either 'set-up stopped: ' '安装中止：')" "$(either "$1" "$2")" >&2
    shift 2
    while [ $# -gt 0 ]; do
        printf '    %s\n' "$(either "$1" "$2")" >&2
        shift 2
    done
    exit 1
}

# need_space FOLDER MEGABYTES WHAT, in both languages: stop before a disk fills half-way through.
need_space() {
    local free
    free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
    if [ "$free" -lt "$2" ]; then
        stop "$3 needs $2 MB free in $1, and $free MB are left." "$4需要 $1 所在磁盘有 $2 MB 空间，只剩 $free MB。" \
            "Free some space, or clone into a larger disk." "请清理磁盘，或克隆到更大的磁盘。"
    fi
}

# progress: reads lines WHAT SHARE and writes a line for each WHAT that grows by every tenth of a hundred: for terminals and logs.
progress() {
    local what share doing='' told=0
    while read -r what share; do
        if [ "$what" != "$doing" ]; then
            [ -z "$doing" ] || echo
            printf '    %s' "$what"
            doing=$what told=0
        fi
        while [ $((told + 10)) -le "$share" ]; do
            told=$((told + 10))
            printf ' %s%%' "$told"
        done
    done
    [ -z "$doing" ] || echo
}
