#!/bin/sh
# Greets whom its configuration names. Reads it at the start, and again on SIGHUP.
read_configuration() { . ./greeter.env; }
trap read_configuration HUP
trap 'exit 0' TERM
read_configuration
while :; do
  i=0
  while [ "$i" -lt "$REPEAT" ]; do
    echo "$GREETING, $GUESTS_0_NAME!" >>greetings.log
    i=$((i + 1))
  done
  sleep 0.1
done
