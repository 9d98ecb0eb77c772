/** What Node says of the thread that asks, in microseconds. Tests run in Node; what is shipped does not call this. */
declare const process: {
  threadCpuUsage(): { readonly user: number; readonly system: number };
};

/**
 * How long this thread has had a processor, in milliseconds. For tests that say how much something costs: what else the machine
 * does meanwhile is no part of it.
 */
export function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
