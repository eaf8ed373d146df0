#!/bin/sh
# What the tests use besides Python packages: Chromium for the pages, a Chinese font for
# their pictures, PostgreSQL for the store. Installs what is missing where it may;
# otherwise names it, and the tests that need it are skipped and say so.
set -eu

have_chromium() {
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null && return
    done
    return 1
}
have_postgresql() {
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null
}
have_chinese_font() {
    # Only Linux needs one: macOS and Windows bring their own.
    [ "$(uname)" != Linux ] || ls /usr/share/fonts/opentype/noto/*CJK* >/dev/null 2>&1 ||
        { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh)" ]; }
}
missing() {
    have_chromium || printf ' chromium'
    have_postgresql || printf ' postgresql'
    have_chinese_font || printf ' fonts-noto-cjk'
}

packages=$(missing)
[ -n "$packages" ] || exit 0
apt=$(dirname "$0")/apt.sh
# shellcheck disable=SC2086 # a list of words
if ! sh "$apt" $packages; then
    # One by one: a relative of Debian may lack one of these names.
    for package in $packages; do
        sh "$apt" "$package" || true
    done
fi
packages=$(missing)
[ -z "$packages" ] ||
    echo "Not here, so their tests are skipped:$packages" \
        "(on Debian: sudo apt-get install$packages)" >&2
