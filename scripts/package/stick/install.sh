#!/bin/sh
# Installs the terminal's program from this stick, without a network: sudo sh install.sh
# "sh install.sh desk" brings the broker too; "sh install.sh terminal cage" what a screen without a desktop needs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ "$(id -u)" = 0 ] || { echo "install.sh: as root, please: sudo sh $0 $*" >&2; exit 2; }
case "${1:-terminal}" in
    terminal) with="espeak-ng" ;;
    desk) with="mosquitto" ;;
    *) echo "install.sh: say terminal or desk, not $1" >&2; exit 2 ;;
esac
[ "${2:-}" != cage ] || with="$with cage xwayland"

# A source of this stick alone, in a directory that goes away: what the machine has of its own is not touched.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial"
ln -s "$here" "$work/stick" # a path without blanks, whatever the stick is called
echo "deb [trusted=yes] file:$work/stick ./" >"$work/sources.list"
apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::State::lists="$work/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
        -o APT::Sandbox::User=root -o Acquire::Languages=none "$@"
}
apt update
# shellcheck disable=SC2086 # several words
apt install -y --no-install-recommends rengong-kiosk $with

# What runs now, for the day on which a newer version does not do (kiosk upgrade).
install -d -m 700 /var/lib/kiosk-packages
cp "$here"/debs/rengong-kiosk_*.deb /var/lib/kiosk-packages/
echo
echo "Installed. Next: kiosk setup ${1:-terminal}"
[ "${1:-terminal}" != terminal ] || [ ! -d "$here/models" ] || echo "The speech models are in $here/models: answer that where setup asks for them."
