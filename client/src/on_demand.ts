/**
 * What code that is loaded on demand resolves with. Undefined if it can't be loaded or fails, takes
 * more than five seconds, or the signal is aborted: after a new deployment of the page, or without a
 * network, there may be no such code any more. So it must be code that the client can do without.
 */
export function onDemand<T>(signal: AbortSignal, use: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(5000)]);
  return new Promise((resolve) => {
    const giveUp = () => resolve(undefined);
    either.addEventListener("abort", giveUp);
    use(either).then(resolve, giveUp);
  });
}
