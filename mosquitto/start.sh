#!/bin/sh
# Mosquitto, which reads its password file again (SIGHUP) whenever the bridge has written a new one.
config=${1:-/mosquitto/config/mosquitto.conf}
passwords=${2:-/mosquitto/passwords/passwords}
pause_s=${3:-5}

mosquitto -c "$config" &
broker=$!
trap 'kill -TERM $broker' TERM INT

seen=$(stat -c '%Y %i' "$passwords" 2>/dev/null)
while kill -0 $broker 2>/dev/null; do
    # `wait` lets the trap run at once, as a plain `sleep` would not.
    sleep "$pause_s" &
    wait $!
    now=$(stat -c '%Y %i' "$passwords" 2>/dev/null)
    if [ -n "$now" ] && [ "$now" != "$seen" ]; then
        seen=$now
        kill -HUP $broker
    fi
done
wait $broker
