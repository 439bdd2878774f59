#!/usr/bin/env bash
# Does fabric leak, and would it tell? A day of worker logs goes through two servers at once: one as it is, one that forgets to let go of
# some bytes of each line. Both take heap snapshots of themselves, and fabric has to judge the first `stable` and the second `leaking`,
# with the function that does it and the rate at which it does.
#
#   tests/self_test.sh [--short|--long|EVENTS] [--planted BYTES] [FABRIC]
#
#   --short     400,000 events in 75 s (what a fleet of forty writes in a day)
#   --long      4,000,000 events in 12 min
#   EVENTS      so many, at the pace of --short
#   --planted   bytes that the second server loses with each line [256]; with 0 it loses none, and this script has to fail
#   FABRIC      the program under test [built here]
#
# The rate is known exactly: at each snapshot the server had read so many lines and kept so many bytes for each, and a list of them. The
# interval of a verdict holds the truth 95 times in 100; so that this script fails for a reason, it asks for one half as wide again.
set -euo pipefail
cd "$(dirname "$0")/.."

die() {
  echo "self_test: $*" >&2
  exit 1
}

events=400000 seconds=75 interval=3 planted=256 fabric=
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' tests/self_test.sh && exit ;;
    --short) ;;
    --long) events=4000000 seconds=720 interval=20 ;;
    --planted) planted=${2:?bytes} && shift ;;
    *[!0-9]*) fabric=$1 ;;
    *) events=$1 seconds=$(($1 * 75 / 400000 + 1)) interval=$(($1 / 133333 + 1)) ;;
  esac
  shift
done
if [ -z "$fabric" ]; then
  cargo build --locked --quiet --release --bin fabric
  fabric=${CARGO_TARGET_DIR:-target}/release/fabric
fi
cargo build --locked --quiet --example day_of_logs
writer=${CARGO_TARGET_DIR:-target}/debug/examples/day_of_logs
[ -x "$fabric" ] || die "$fabric: no program"

work=$(mktemp -d)
# What a day that came to its end has started is gone; what one left behind that did not, is ended here.
cleanup() {
  for running in "$work"/*.running; do
    if [ -e "$running" ]; then xargs kill -KILL <"$running" 2>/dev/null || true; fi
  done
  rm -rf "$work"
}
trap cleanup EXIT

# ask PORT METHOD PATH [BODY]: the body of the answer. Bash speaks HTTP/1.0 well enough, so nothing has to be installed.
ask() {
  local body=${4:-} answer
  exec 9<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf '%s %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' \
    "$2" "$3" "$1" "${#body}" "$body" >&9
  answer=$(cat <&9)
  exec 9>&-
  printf '%s\n' "${answer#*$'\r\n\r\n'}"
}

lines_read() { ask "$1" GET /api/tail | sed -n 's/.*"lines":\([0-9]*\).*/\1/p'; }

# Programs and people that read meanwhile: every page of the API, and WebSocket clients that come, listen for a while and vanish.
read_along() {
  local port=$1 path
  while :; do
    (
      exec 8<>"/dev/tcp/127.0.0.1/$port"
      printf 'GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n' "$port" >&8
      timeout 2 cat <&8 >/dev/null
    ) &
    for path in /api/workers /api/events?limit=100 /api/collisions/all /api/heatmap /api/errors /api/alerts /api/health /api/metrics \
      /api/memory/stats /api/memory/bounds /api/memory/trend /; do
      ask "$port" GET "$path" >/dev/null
      sleep 0.2
    done
  done
}

# Lines that were read, once in a while, with the time: what the rate of the planted leak is computed from.
watch_lines() {
  while :; do
    echo "$(date +%s%3N) $(lines_read "$1")"
    sleep 0.25
  done
}

resident_mib() { echo $(($(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status") / 1024)); }

# day NAME FLAGS...: a day of one server, in $work/NAME.
day() {
  local folder=$work/$1 running=$work/$1.running port server writing helpers=() waited=0 read_
  shift
  mkdir -p "$folder/logs"
  : >"$folder/said"
  "$fabric" serve --listen 127.0.0.1:0 --log-format json --source "$folder/logs" --state-dir "$folder/state" \
    --snapshot-interval "${interval}s" "$@" 2>>"$folder/said" </dev/null &
  server=$!
  echo "$server" >"$running"
  until port=$(sed -n 's/.*"message":"listening","address":"127.0.0.1:\([0-9]*\)".*/\1/p' "$folder/said") && [ -n "$port" ]; do
    [ $((waited += 1)) -lt 200 ] || die "the server does not say where it listens: $(cat "$folder/said")"
    sleep 0.1
  done
  watch_lines "$port" >"$folder/lines" &
  helpers+=($!)
  read_along "$port" 2>/dev/null &
  helpers+=($!)
  "$writer" "$folder/logs" "$events" "$seconds" &
  writing=$!
  printf '%s\n' "${helpers[@]}" "$writing" >>"$running"
  sleep $((seconds / 3))
  resident_mib "$server" >"$folder/resident"
  wait "$writing"
  waited=0
  until read_=$(lines_read "$port") && [ "$read_" -ge "$events" ]; do
    [ $((waited += 1)) -lt 600 ] || die "${folder##*/}: only $read_ of $events lines are read"
    sleep 0.2
  done
  # A line that was read twice.
  [ "$read_" = "$events" ] || die "${folder##*/}: $events lines were written and $read_ read"
  resident_mib "$server" >>"$folder/resident"
  ask "$port" GET /api/memory/bounds >"$folder/bounds.json"
  kill "${helpers[@]}"
  kill -TERM "$server"
  wait "$server" || die "the server ended with $? on SIGTERM: $(tail -5 "$folder/said")"
  rm "$running"
  "$fabric" trend "$folder/state/snapshots" >"$folder/trend.txt"
  "$fabric" trend --format json "$folder/state/snapshots" >"$folder/trend.json"
}

# The resident set may grow here: at 400 MiB it would stop reading, as it should.
leak=(--max-rss 4GiB)
if [ "$planted" -gt 0 ]; then leak+=(--planted-leak "$planted"); fi
began=$(date +%s)
(day "as it is") &
sound=$!
(day "with a leak" "${leak[@]}") &
leaking=$!
failed=0
wait "$sound" || failed=1
wait "$leaking" || failed=1
[ "$failed" = 0 ] || die "a server did not get through the day"

# What fabric prints for people begins with the verdict.
sed '1,2d;/^Heap in use/,$d' "$work/with a leak/trend.txt"
for verdict in "as it is:stable" "with a leak:leaking"; do
  grep -q "^${verdict#*:}: " "$work/${verdict%:*}/trend.txt" ||
    die "the server ${verdict%:*} is not ${verdict#*:}: $(head -n 20 "$work/${verdict%:*}/trend.txt")"
done

python3 - "$work" "$planted" "$events" "$(($(date +%s) - began))" <<'PYTHON'
import bisect, json, pathlib, sys

work, planted, events, took = pathlib.Path(sys.argv[1]), *map(int, sys.argv[2:])
MIB, HOUR = 1 << 20, 3_600_000
failures = []

def claim(holds, what):
    if not holds:
        failures.append(what)

def slope(times, values):
    """Of the line through points with the least squares, per hour."""
    mean_t, mean_v = sum(times) / len(times), sum(values) / len(values)
    above = sum((t - mean_t) * (v - mean_v) for t, v in zip(times, values))
    return above / sum((t - mean_t) ** 2 for t in times) * HOUR

def kept(lines):
    """Bytes that remember_for_ever holds after so many lines: a box each, and a list of them that doubles when it is full."""
    return lines * planted + 16 * max(4, 1 << (lines - 1).bit_length()) if lines else 0

def lines_at(folder, time):
    seen = [tuple(map(int, line.split())) for line in (folder / "lines").read_text().splitlines() if " " in line.strip()]
    times = [at for at, _ in seen]
    after = min(max(bisect.bisect(times, time), 1), len(seen) - 1)
    (t0, n0), (t1, n1) = seen[after - 1], seen[after]
    return round(n0 + (n1 - n0) * min(max((time - t0) / (t1 - t0), 0), 1))

rows = []
for name in ["as it is", "with a leak"]:
    folder = work / name
    trend = json.loads((folder / "trend.json").read_text())
    resident = [int(it) for it in (folder / "resident").read_text().split()]
    for bound in json.loads((folder / "bounds.json").read_text())["collections"]:
        # It is allowed to be over for a second: what waits lies in liveChanges, whose cap holds.
        if bound["collection"] == "webSocketClientWaiting":
            continue
        for cap, high in [("capEntries", "highWaterLength"), ("capBytes", "highWaterBytes")]:
            claim(bound[cap] is None or bound[high] <= bound[cap], f"{name}: {bound['collection']} went over its {cap}")
        if bound["collection"] in ["events", "dedupKeys", "workers", "errorGroups", "fileModifications"]:
            claim(bound["evictions"] > 0, f"{name}: nothing had to leave {bound['collection']}")
    suspects = trend["suspects"]
    times = [it["timestamp"] for it in trend["snapshots"]]
    lines_per_hour = slope(times, [lines_at(folder, it) for it in times])
    low, high = trend["growthInterval95"] or (0, 0)
    rate, truth = trend["growthBytesPerHour"], 0
    if name == "as it is":
        claim(trend["overallAssessment"] == "stable", f"{name}: {trend['overallAssessment']}")
        claim(not suspects, f"{name}: suspects {[it['function'] for it in suspects]}")
    else:
        claim(trend["overallAssessment"] == "leaking", f"{name}: {trend['overallAssessment']}")
        first = suspects[0] if suspects else None
        claim(first and first["function"].endswith("PlantedLeak::remember_for_ever"), f"{name}: first suspect {first and first['function']}")
        if first:
            rate, (low, high) = first["growthBytesPerHour"], first["growthInterval95"]
            truth = slope(times, [kept(lines_at(folder, it)) for it in times])
            wide = 0.75 * (high - low)
            middle = (low + high) / 2
            claim(middle - wide <= truth <= middle + wide,
                  f"{name}: the truth is {truth / MIB:.0f} MiB/h and fabric says {low / MIB:.0f} to {high / MIB:.0f}")
    per_hour = lambda it: f"{it / MIB:,.0f}"
    seen_from = (trend["minimumDetectableBytesPerHour"] or 0) / lines_per_hour
    rows.append([name, trend["overallAssessment"], len(trend["snapshots"]), f"{resident[0]} -> {resident[1]}",
                 f"{suspects[0]['function'].split('::')[-1]}" if suspects else "none",
                 f"{per_hour(rate)} ({per_hour(low)} to {per_hour(high)})", per_hour(truth), f"{seen_from:.1f}"])

print(f"\n{events:,} events through each of two servers at once in {took} s\n")
print("| server | verdict | snapshots | resident MiB | suspect | MiB/h (95 %) | truth | would see, bytes a line |")
print("|---|---|---|---|---|---|---|---|")
for row in rows:
    print("| " + " | ".join(map(str, row)) + " |")
for failure in failures:
    print(f"self_test: {failure}", file=sys.stderr)
sys.exit(1 if failures else 0)
PYTHON
