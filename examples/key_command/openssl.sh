#!/bin/sh
# Key command of HotSwap for RSA keys in files: openssl.sh FOLDER current|wrap|unwrap
# The folder holds private keys, `openssl genrsa -out FOLDER/2026-01.pem 3072`; the last by name wraps.
set -eu
folder=$1

newest() { find "$folder" -name '*.pem' -exec basename {} .pem \; | sort | tail -n 1; }

rsa() { # -encrypt|-decrypt ID
  openssl pkeyutl "$1" -inkey "$folder/$2.pem" -pkeyopt rsa_padding_mode:oaep \
    -pkeyopt rsa_oaep_md:sha256
}

case $2 in
  current)
    newest
    ;;
  wrap)
    id=$(newest)
    echo "$id"
    base64 -d | rsa -encrypt "$id" | base64
    ;;
  unwrap)
    read -r id
    case $id in */* | .*) echo "no key: $id" >&2 && exit 3 ;; esac
    base64 -d | rsa -decrypt "$id" | base64
    ;;
  *)
    echo "unknown word: $2" >&2
    exit 2
    ;;
esac
