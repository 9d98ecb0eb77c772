import pLimit from 'p-limit';

/**
 * Does something to each of many, some of them at once. When it fails for one, or `leaving` aborts, no other is begun, the signal of
 * those that go on aborts, and they are waited for. Throws the first failure.
 */
export async function forEachAtOnce<T>(
  items: readonly T[],
  atOnce: number,
  leaving: AbortSignal,
  work: (item: T, position: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([leaving, failed.signal]);
  const limit = pLimit(atOnce);
  const begin = async (item: T, position: number) => {
    if (signal.aborted) return;
    try {
      await work(item, position, signal);
    } catch (error) {
      failed.abort(error);
    }
  };
  await Promise.all(items.map((item, position) => limit(() => begin(item, position))));
  signal.throwIfAborted();
}
