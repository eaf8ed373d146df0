#!/bin/sh
# Usage: apt.sh PACKAGE...
# Installs Debian packages without asking, as root or where sudo needs no password.
# Fails otherwise; the caller says what is missing.
set -eu
as_root=
if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || exit 1
    as_root=sudo
fi
command -v apt-get >/dev/null || exit 1

echo "apt-get install $*" >&2
$as_root apt-get update -qq || true
$as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
