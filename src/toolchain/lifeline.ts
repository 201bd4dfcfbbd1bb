/** What a group of processes is started through so that it ends with rvr, even where rvr is killed. */

/**
 * Runs its arguments while the other end of standard input is open: that of a process that was killed closes by itself.
 * `$$` leads the group, so the number is nobody else's as long as the one who waits for the end is in it.
 */
const SCRIPT = `exec 3<&0 </dev/null
( read -r _; kill -9 -$$ ) <&3 3<&- >/dev/null 2>&1 &
watcher=$!
exec 3<&-
"$@"
status=$?
kill $watcher
wait $watcher 2>/dev/null
exit $status`

/**
 * The command that runs `file`: to be started in a group of its own, with a pipe for standard input that stays open.
 */
export function tiedToThisProcess(file: string, args: readonly string[]): readonly [file: string, args: string[]] {
  return ['/bin/sh', ['-c', SCRIPT, 'sh', file, ...args]]
}
