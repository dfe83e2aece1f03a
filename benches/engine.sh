#!/usr/bin/env bash
# What the engine costs on real repositories, against `git log -p` in the same run.
#
#   benches/engine.sh [-n RUNS] [-b PROGRAM] REPOSITORY...
#
# The runs of one round come one after the other, and rounds repeat, so that a machine
# that is busy is busy for all. See benches/README.md.
set -euo pipefail

usage() {
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

rounds=3
program=$(dirname "$0")/../target/release/slopnexus
while getopts n:b: option; do
    case $option in
        n) rounds=$OPTARG ;;
        b) program=$OPTARG ;;
        *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || usage
case $rounds in '' | *[!0-9]* | 0) usage ;; esac
[ -x "$program" ] || {
    echo "error: no program at $program: run \`cargo build --release\` first" >&2
    exit 2
}
program=$(realpath "$program")

# Neither git's configuration nor ours decides what is measured.
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_NO_LAZY_FETCH=1 LC_ALL=C
unset "${!GIT_TRACE@}" "${!SLOPNEXUS_@}"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
new_landings=50

# Where /usr/bin/time is missing.
cat >"$scratch/time.py" <<'PYTHON'
import os, resource, sys, time
begin = time.monotonic()
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(child, 0)
wall = time.monotonic() - begin
with open(sys.argv[1], "w") as out:
    print(f"{used.ru_utime:.2f} {used.ru_stime:.2f} {wall:.2f} {used.ru_maxrss}", file=out)
sys.exit(os.waitstatus_to_exitcode(status) & 255)
PYTHON

# Runs a command; prints its CPU seconds (user and system), its wall seconds and the
# peak memory of its largest process in KiB. Fails as the command does.
costs() {
    local status=0
    if [ -x /usr/bin/time ]; then
        /usr/bin/time -q -f '%U %S %e %M' -o "$scratch/cost" "$@" \
            >/dev/null 2>"$scratch/talk" </dev/null || status=$?
    else
        local path
        path=$(command -v "$1")
        python3 "$scratch/time.py" "$scratch/cost" "$path" "${@:2}" \
            >/dev/null 2>"$scratch/talk" </dev/null || status=$?
    fi
    [ $status = 0 ] || return $status
    awk '{ printf "%.2f %.2f %d\n", $1 + $2, $3, $4 }' "$scratch/cost"
}

# Runs a command as NAME and notes what it cost; a command that failed once is left out.
measure() {
    local name=$1 cost status=0
    shift
    [ ! -e "$scratch/failed/$name" ] || return 0
    cost=$(costs "$@") || status=$?
    if [ $status = 0 ]; then
        echo "$cost" >>"$scratch/costs/$name"
    else
        rm -f "$scratch/costs/$name"
        echo "$name ended with $status: $(tail -n 1 "$scratch/talk")" >"$scratch/failed/$name"
    fi
}

ours() {
    local name=$1 command=$2 path=$3
    shift 3
    # Repositories of others are fine to measure; progress costs, and nobody looks.
    measure "$name" "$program" "$command" "$path" --allow-foreign-owner --no-progress "$@"
}

round() {
    local repository=$1 clone=$2 before=$3 tip=$4
    measure git-log git -C "$repository" log --no-merges -p -U0 -M HEAD
    ours lines lines "$repository" --exact --no-cache --rev "$tip" --jobs 2
    ours lines-one-thread lines "$repository" --exact --no-cache --rev "$tip" --jobs 1
    if command -v gix-of-theseus >/dev/null; then
        measure gix-of-theseus gix-of-theseus "$repository" "$scratch/theseus"
        rm -rf "$scratch/theseus"
    fi
    ours report report "$repository" --no-cache --rev "$tip" --jobs 2
    [ -n "$before" ] || return 0
    # A branch that moves on: the same question, asked before and after.
    rm -rf "$scratch/cache"
    git -C "$clone" update-ref HEAD "$before"
    ours report-keeping report "$clone" --cache-dir "$scratch/cache" --jobs 2
    git -C "$clone" update-ref HEAD "$tip"
    ours report-new-commits report "$clone" --cache-dir "$scratch/cache" --jobs 2
    ours report-nothing-new report "$clone" --cache-dir "$scratch/cache" --jobs 2
}

# Minimum and median of the numbers given, one a line.
low_and_middle() {
    sort -n | awk '
        { value[NR] = $1 }
        END {
            middle = NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2
            printf "%s %s", value[1], middle
        }'
}

column() {
    awk -v column="$2" '{ print $column }' "$scratch/costs/$1"
}

show() {
    local name=$1 words=$2 cpu wall peak
    if [ -e "$scratch/failed/$name" ]; then
        printf '%-42s %s\n' "$words" "no figures: $(cat "$scratch/failed/$name")"
        return
    fi
    [ -s "$scratch/costs/$name" ] || return 0
    cpu=$(column "$name" 1 | low_and_middle)
    wall=$(column "$name" 2 | low_and_middle)
    peak=$(column "$name" 3 | sort -n | tail -n 1)
    # shellcheck disable=SC2086 # two numbers each
    printf '%-42s %8.2f %8.2f  %8.2f %8.2f  %8d\n' "$words" $cpu $wall $((peak / 1024))
}

# The ratio of two runs in one column: of the minima, and the median over rounds.
ratio() {
    local words=$1 one=$2 other=$3 unit=$4 budget=$5 minima middle which=1
    [ -s "$scratch/costs/$one" ] && [ -s "$scratch/costs/$other" ] || return 0
    [ "$unit" = CPU ] || which=2
    minima=$(paste -d ' ' <(column "$one" $which | sort -n) <(column "$other" $which | sort -n) |
        awk 'NR == 1 { print ($2 > 0 ? $1 / $2 : "nan") }')
    middle=$(paste -d ' ' <(column "$one" $which) <(column "$other" $which) |
        awk '{ print ($2 > 0 ? $1 / $2 : "nan") }' | low_and_middle)
    printf '%-42s %8.3f %8.3f  %6s\n' "$words, $unit" "$minima" "${middle#* }" "$budget"
}

compare() {
    local repository=$1 clone=$scratch/clone.git before tip commits landings new round
    tip=$(git -C "$repository" rev-parse --verify 'HEAD^{commit}')
    before=$(git -C "$repository" rev-parse --verify --quiet "HEAD~$new_landings^{commit}") || before=
    commits=$(git -C "$repository" rev-list --count HEAD)
    landings=$(git -C "$repository" rev-list --count --first-parent HEAD)
    rm -rf "$clone" "$scratch/costs" "$scratch/failed"
    mkdir "$scratch/costs" "$scratch/failed"
    echo
    echo "$repository at ${tip:0:10}: $commits commits, $landings landings"
    echo "$("$program" --version), $(git --version), $(getconf _NPROCESSORS_ONLN) processors, load$(uptime | sed 's/.*average[s]*://')"
    if [ -n "$before" ]; then
        new=$(git -C "$repository" rev-list --count "$before..HEAD")
        git clone --quiet --bare --local "$repository" "$clone"
    fi
    for ((round = 0; round < rounds; round++)); do
        round "$repository" "$clone" "$before" "$tip"
    done
    echo
    printf '%-42s %17s  %17s  %8s\n' '' 'CPU seconds' 'wall seconds' 'peak MiB'
    printf '%-42s %8s %8s  %8s %8s  %8s\n' "$rounds rounds" least median least median most
    show git-log 'git log --no-merges -p -U0 -M'
    show gix-of-theseus 'gix-of-theseus, weekly samples'
    show lines 'lines --exact, 2 threads'
    show lines-one-thread 'lines --exact, 1 thread'
    show report 'report, 2 threads'
    show report-keeping "report, $new_landings landings ago, kept"
    show report-new-commits "report, $new_landings landings (${new:-0} commits) later"
    show report-nothing-new 'report, nothing new'
    echo
    printf '%-42s %8s %8s  %6s\n' 'ratios' least median budget
    ratio 'lines / git log' lines git-log CPU 0.6
    ratio 'lines, 2 threads / 1 thread' lines lines-one-thread wall 0.6
    ratio 'lines / gix-of-theseus' lines gix-of-theseus CPU 1.0
    ratio 'report / git log' report git-log CPU 1.2
    ratio 'nothing new / cold' report-nothing-new report-keeping CPU 0.03
    ratio 'new commits / cold' report-new-commits report-keeping CPU 0.05
}

for repository in "$@"; do
    compare "$(realpath "$repository")"
done
