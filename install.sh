#!/bin/sh
# Install the locked packages of the file $1 into .venv, if they are not there yet.
# What was installed is remembered as a copy of the lock, so only a changed lock installs again.
set -eu
cd "$(dirname "$0")"
lock=$1
python=${PYTHON:-python3}
installed=.venv/installed-$lock

# A virtual environment whose Python was removed or upgraded away is made anew.
if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        echo "Python 3.11 or newer is needed; name one: make run PYTHON=python3.12" >&2
        exit 1
    fi
    rm -rf .venv
    echo "Making the virtual environment .venv"
    if ! "$python" -m venv .venv; then
        rm -rf .venv
        echo "$python cannot make virtual environments; on Debian install python3-venv." >&2
        exit 1
    fi
fi

cmp -s "$lock" "$installed" && exit 0
# The packages for development include those for running.
if [ "$lock" = requirements.txt ] && cmp -s requirements-dev.txt .venv/installed-requirements-dev.txt
then
    exit 0
fi

echo "Installing the packages of $lock (once)"
rm -f .venv/installed-*
# uv is several times faster than pip; where it can't be had, pip does the same.
if ! { .venv/bin/python -m pip install --quiet --disable-pip-version-check uv \
    && .venv/bin/python -m uv pip install --quiet --compile-bytecode --python .venv/bin/python \
        --require-hashes -r "$lock"; } 2>.venv/uv.log
then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --require-hashes -r "$lock"
fi
cp "$lock" "$installed"
