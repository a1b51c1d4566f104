#!/bin/sh
# Key command of HotSwap for AWS KMS: aws_kms.sh KEY current|wrap|unwrap
set -eu
key=$1

case $2 in
  current)
    aws kms describe-key --key-id "$key" --query KeyMetadata.Arn --output text
    ;;
  wrap)
    # The plain key goes through a pipe: neither into a file nor onto a command line.
    base64 -d | aws kms encrypt --key-id "$key" --plaintext fileb:///dev/stdin \
      --query '[KeyId, CiphertextBlob]' --output text | tr '\t' '\n'
    ;;
  unwrap)
    read -r id
    base64 -d | aws kms decrypt --key-id "$id" --ciphertext-blob fileb:///dev/stdin \
      --query Plaintext --output text
    ;;
  *)
    echo "unknown word: $2" >&2
    exit 2
    ;;
esac
