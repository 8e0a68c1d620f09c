#!/usr/bin/env bash
# What tests need beside Python packages: Chromium for the page, strace for "synced before it is acknowledged". Installed
# where that can be done without asking (root, on Debian and its kin); elsewhere the tests that need them are skipped, aloud.
set -uo pipefail

missing=()
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
command -v strace >/dev/null || missing+=(strace)
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  echo "Installing ${missing[*]} for the tests (once, about half a minute) ..."
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null && exit 0
fi
echo "Without ${missing[*]}: tests that need one of them are skipped, and say so."
