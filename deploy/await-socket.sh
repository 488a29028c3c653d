# await-socket.sh FILE: ends when the socket is there; with status 1 when $MAINPID, which shall make
# it, is dead. Looks less and less often: on a slow host the looking takes time from the making.
pauses='0.1 0.1 0.1 0.2 0.2 0.3 1'
until [ -S "$1" ]; do
  kill -0 "$MAINPID" 2>/dev/null || exit 1
  sleep "${pauses%% *}"
  pauses=${pauses#* }
done
