/**
 * Preloaded (`--import`) into every child process of the local runtime: when the parent's end of the IPC channel
 * closes, even by SIGKILL, the child asks itself to stop, and is gone at the latest after `HARD_LIMIT_MS`.
 */

const HARD_LIMIT_MS = 5_000;

function stopWithParent(): void {
  // The child's own stop handlers may wait for work in flight; nobody is left to wait for that work.
  setTimeout(() => process.exit(1), HARD_LIMIT_MS).unref();
  process.kill(process.pid, 'SIGTERM');
}

process.on('disconnect', stopWithParent);
// A listener on the channel would otherwise keep a child alive that has finished stopping.
process.channel?.unref();
