#!/bin/sh
# Key command of HotSwap for age: age.sh FOLDER current|wrap|unwrap
# The folder holds identities, `age-keygen -o FOLDER/2026-01.key`; the last by name wraps.
set -eu
folder=$1

newest() { find "$folder" -name '*.key' -exec basename {} .key \; | sort | tail -n 1; }

case $2 in
  current)
    newest
    ;;
  wrap)
    id=$(newest)
    echo "$id"
    base64 -d | age --encrypt --recipient "$(age-keygen -y "$folder/$id.key")" | base64
    ;;
  unwrap)
    read -r id
    case $id in */* | .*) echo "no key: $id" >&2 && exit 3 ;; esac
    base64 -d | age --decrypt --identity "$folder/$id.key" | base64
    ;;
  *)
    echo "unknown word: $2" >&2
    exit 2
    ;;
esac
