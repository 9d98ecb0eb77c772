/** Jobs that a runner may run at once. */
export const maxCapacity = 256;
/** Jobs per slot that may be on their way from claim to finish: a service that is slow to take results must not pile them up. */
export const unfinishedPerSlot = 5;
/** Attempts that a runner may name: those of its Jobs, and as many that the process before it has left. */
export const maxAttempts = 2 * maxCapacity * unfinishedPerSlot;
