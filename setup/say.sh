# Shared by the set-up scripts: one way to speak, one way to stop. Sourced, not run.

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }

# stop SENTENCE...: every line is what is wrong or what to do; no trace, no command line.
stop() {
    printf '\033[31mset-up stopped:\033[0m %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '    %s\n' "$line" >&2; done
    exit 1
}

# need_space FOLDER MEGABYTES WHAT: stop before a disk fills half-way through.
need_space() {
    local free
    free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
    if [ "$free" -lt "$2" ]; then
        stop "$3 needs $2 MB free in $1, and $free MB are left." "Free some space, or clone into a larger disk."
    fi
}
