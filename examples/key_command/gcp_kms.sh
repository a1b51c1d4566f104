#!/bin/sh
# Key command of HotSwap for Google Cloud KMS: gcp_kms.sh PROJECT LOCATION RING KEY current|wrap|unwrap
set -eu
project=$1 location=$2 ring=$3 key=$4

kms() { gcloud kms "$@" --project "$project" --location "$location" --keyring "$ring" --quiet; }

# A key decrypts whatever one of its versions encrypted, so only new wrappings need the version.
current() { kms keys describe "$key" --format 'value(primary.name.basename())' | sed "s|^|$key/|"; }

case $5 in
  current)
    current
    ;;
  wrap)
    current
    base64 -d | kms encrypt --key "$key" --plaintext-file - --ciphertext-file - | base64
    ;;
  unwrap)
    read -r id
    base64 -d | kms decrypt --key "${id%/*}" --ciphertext-file - --plaintext-file - | base64
    ;;
  *)
    echo "unknown word: $5" >&2
    exit 2
    ;;
esac
