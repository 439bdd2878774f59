#!/usr/bin/env bash
# The Debian package in a Debian that boots: installed, used, upgraded by itself, removed and purged, and then nothing is left. By hand:
#
#   cargo deb && sudo tests/debian_package.sh target/debian/fabric_*.deb [FOLDER]
#
# Needs root, debootstrap and systemd-nspawn (package systemd-container). FOLDER keeps the Debian for the next time (1 GB).
set -euo pipefail
cd "$(dirname "$0")/.."

package=$(realpath "${1:?a package}")
work=$(mktemp -d)
machine=${2:-$work/machine}
trap 'rm -rf "$work"' EXIT
if [ ! -d "$machine" ]; then
  debootstrap --variant=minbase \
    --include=systemd,systemd-sysv,dbus,man-db,bash-completion,zsh,fish,elvish,binutils,procps \
    bookworm "$machine" >"$work/debootstrap.log" || { tail "$work/debootstrap.log"; exit 1; }
fi

# debootstrap may leave a word that no service starts or stops.
rm -f "$machine/usr/sbin/policy-rc.d"

cp "$package" "$work/fabric.deb"
cat >"$work/fabric-round.service" <<'UNIT'
[Unit]
Description=The round of the package
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/bash /round/round.sh
ExecStopPost=/bin/systemctl poweroff --no-block
StandardOutput=append:/round/said
StandardError=append:/round/said
UNIT
cat >"$work/round.sh" <<'ROUND'
set -euo pipefail
export HOME=/root PAGER=cat MANPAGER=cat
trap 'journalctl --no-pager -n 20 -u "fabric*"' ERR
step() { echo "== $*"; }
die() {
  echo "FAILED: $*"
  exit 1
}
# What a package may leave anything in. What dpkg, man and systemd keep for themselves is theirs.
everything() {
  find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/tmp -o -path /round -o -path /root \
    -o -path /var/cache -o -path /var/lib/dpkg -o -path /var/lib/systemd -o -path /var/log/journal \) -prune -o -printf '%p %y\n' |
    grep -v -e '^/etc/[a-z]*- ' -e '^/var/log/dpkg.log ' -e '^/var/log/[bw]tmp ' -e '^/var/lib/deb-systemd-' | LC_ALL=C sort
  getent group | cut -d: -f1
}
ask() {
  exec 9<>/dev/tcp/127.0.0.1/3000
  printf '%s %s HTTP/1.0\r\nHost: 127.0.0.1:3000\r\n%sContent-Length: 0\r\n\r\n' "$1" "$2" "${3:-}" >&9
  cat <&9
  exec 9>&-
}
started() {
  for _ in $(seq 100); do
    ask GET /api/health 2>/dev/null | grep '^HTTP/1.. 200' >/dev/null && return
    sleep 0.1
  done
  journalctl --no-pager -n 20 -u fabric
  die "fabric.service does not answer"
}

# From a round that was not whole.
dpkg -P fabric 2>/dev/null
rm -rf /var/log/fabric
getent group fabric-logs && groupdel fabric-logs
everything >/round/before

step install
dpkg -i /round/fabric.deb
[ "$(systemctl is-enabled fabric.service fabric.socket || true)" = $'disabled\ndisabled' ] || die "a unit is enabled"
systemctl is-active --quiet fabric.service && die "it was started"

step the program
fabric --version
nm /usr/bin/fabric 2>&1 | grep 6fabric5serve >/dev/null || die "the symbol table is gone"
for page in fabric.1 fabric-{show,diff,trend,report,snapshot,serve,man,completions}.1 fabric-{json,events}.5; do
  [ "$(man "${page##*.}" "${page%.*}" | wc -l)" -gt 10 ] || die "man ${page%.*}"
done
[ "$(whatis fabric-trend 2>/dev/null | wc -l)" = 1 ] || die "whatis fabric-trend"

step completions
offered=$(bash -ic '. /usr/share/bash-completion/bash_completion; _completion_loader fabric
  COMP_WORDS=(fabric tr); COMP_CWORD=1; COMP_LINE="fabric tr"; COMP_POINT=9
  "$(complete -p fabric | sed "s/.*-F \([^ ]*\).*/\1/")" fabric tr fabric; echo "${COMPREPLY[*]}"' 2>/dev/null)
[ "$offered" = trend ] || die "bash offers $offered"
offered=$(zsh -fc 'autoload -Uz compinit; compinit -D -u; echo $_comps[fabric]')
[ "$offered" = _fabric ] || die "zsh has $offered"
zsh -n /usr/share/zsh/vendor-completions/_fabric
offered=$(fish -c 'complete -C "fabric tr"' | cut -f1)
[ "$offered" = trend ] || die "fish offers $offered"
# Elvish knows completions only where somebody types.
offered=$( (
  sleep 1
  printf 'use fabric; print GOT-(kind-of $edit:completion:arg-completer[fabric]); exit\r'
  sleep 1
) | TERM=xterm timeout 20 script -qec elvish /dev/null | grep -c GOT-fn || true)
[ "$offered" = 1 ] || die "elvish has no completions"

step the units
systemd-analyze verify fabric.service fabric.socket fabric-snapshot@web.service fabric-snapshot@web.timer
sed -i 's/^#FABRIC_WATCH=.*/FABRIC_HISTORY=2h/' /etc/fabric/serve.env
systemctl enable --now fabric.socket fabric.service
started
now=$(date -u +%FT%TZ)
for bead in $(seq 5000); do
  printf '{"ts":"'"$now"'","event":"bead.claimed","level":"info","session":"s","worker":"w","data":{"bead_id":"b-%s"}}\n' "$bead"
done >/var/log/fabric/w.jsonl
for _ in $(seq 100); do ask GET /api/tail | grep '"lines":5000,' >/dev/null && break || sleep 0.1; done
ask GET /api/tail | grep '"lines":5000,' >/dev/null || die "the lines are not read"
capture() { ask POST /api/memory/heap-snapshot "Authorization: Bearer $1"$'\r\nContent-Type: application/json\r\n' | sed -n 1p; }
[[ $(capture none) = *" 40"[13]* ]] || die "anybody may post: $(capture none)"
[[ $(capture "$(cat /etc/fabric/auth-token)") = *200* ]] || die "no heap snapshot"
ls -A /var/lib/private/fabric-serve/snapshots
fabric show --format folded /var/lib/fabric-serve/snapshots/*.pb.gz | grep 'fabric::serve::' >/dev/null || die "the snapshot has no names"
printf 'SOURCE=http://127.0.0.1:3000/debug/pprof/heap\nFABRIC_TOKEN=%s\n' "$(cat /etc/fabric/auth-token)" >/etc/fabric/web.env
systemctl start fabric-snapshot@web.service
systemctl enable --now fabric-snapshot@web.timer
fabric trend /var/lib/fabric/web | head -n 3
systemctl reload fabric
started

step upgrade
before=$(systemctl show -p MainPID --value fabric)
dpkg -i --force-confold /round/fabric.deb
started
[ "$(systemctl show -p MainPID --value fabric)" != "$before" ] || die "it was not restarted"
grep -q FABRIC_HISTORY /etc/fabric/serve.env || die "the settings are gone"
systemctl is-active fabric.socket fabric.service fabric-snapshot@web.timer

step remove
dpkg -r fabric
systemctl is-active --quiet fabric.service && die "it still runs"
systemctl is-active --quiet fabric-snapshot@web.timer && die "the timer still runs"
[ -e /etc/fabric/serve.env ] && [ -e /etc/fabric/auth-token ] && [ -d /var/lib/fabric/web ] || die "removing takes what purging should"
[ -e /usr/bin/fabric ] && die "the program is still there"

step purge
rm /var/log/fabric/*.jsonl
dpkg -P fabric
everything >/round/after
diff /round/before /round/after || die "something is left, or gone"
echo WHOLE
ROUND
chmod +x "$work/round.sh"
mkdir -p "$machine/etc/systemd/system/multi-user.target.wants"
cp "$work/fabric-round.service" "$machine/etc/systemd/system/"
ln -sf ../fabric-round.service "$machine/etc/systemd/system/multi-user.target.wants/"
touch "$work/said"
timeout 300 systemd-nspawn --quiet --register=no --keep-unit --private-network --bind="$work:/round" -D "$machine" \
  -b systemd.unit=multi-user.target >"$work/console" 2>&1 </dev/null || true
cat "$work/said"
grep -qx WHOLE "$work/said" || { tail -n 40 "$work/console"; echo "debian_package: the round is not whole" >&2; exit 1; }
