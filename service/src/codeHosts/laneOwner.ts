/** Whose slots a git takes that works with a code host over a network: those of the host, so that it holds up itself alone. */
export function laneOwner(hostId: number): string {
  return `host:${hostId}`;
}
