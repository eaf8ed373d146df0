#!/bin/sh
# Usage: install.sh VENV REQUIREMENTS
# Makes the virtual environment where it is missing or broken and installs the pinned
# packages into it. Every way it can fail ends in a sentence that says what to do.
set -eu
venv=$1
requirements=$2

say() { printf '%s\n' "$*" >&2; }
give_up() { say "$*"; exit 1; }

is_supported() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null
}

# Several names, because the first python3 may be older, or a version manager's shim
# for a version that is not there.
find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 \
        /usr/bin/python3; do
        if is_supported "$name"; then
            printf '%s\n' "$name"
            return
        fi
    done
    if command -v python3 >/dev/null; then
        give_up "RNN Explorer needs Python 3.11 to 3.14, and $(python3 --version 2>&1)" \
            "is what is here. Install a newer one, or name it: make PYTHON=/path/to/python"
    fi
    give_up "There is no python3 on this machine. Install Python 3.11 to 3.14" \
        "(on Debian or Ubuntu: apt-get install python3 python3-venv) and run make again."
}

# Debian ships Python without the part that makes environments.
ensure_venv_module() {
    if "$1" -m ensurepip --version >/dev/null 2>&1; then
        return
    fi
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        sh "$(dirname "$0")/apt.sh" python3-venv || true
    fi
    "$1" -m ensurepip --version >/dev/null 2>&1 ||
        give_up "This Python cannot make virtual environments. On Debian or Ubuntu run:" \
            "sudo apt-get install python3-venv     Then run make again."
}

# A checkout that was moved or copied carries an environment that no longer works.
if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    ensure_venv_module "$python"
    say "Making $venv with $("$python" --version)"
    "$python" -m venv --clear "$venv"
fi

# Without compiling: Python compiles what it imports, and most of these files it never does.
say "Installing $requirements (the first time takes a minute or more, mostly torch)"
"$venv/bin/python" -m pip install --disable-pip-version-check --no-input --no-compile \
    ${CI:+--quiet} -r "$requirements" ||
    give_up "pip could not install $requirements; its last lines above say why." \
        "Once that is mended, run make again: it goes on from here."
