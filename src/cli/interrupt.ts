/** @file Ctrl-C: the first asks the work to stop where it can go on later, the second ends the process at once. */

/** An abort signal tied to Ctrl-C until released. */
export function onInterrupt(announce: () => void): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const listener = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    announce();
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return {
    signal: controller.signal,
    release() {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    },
  };
}
