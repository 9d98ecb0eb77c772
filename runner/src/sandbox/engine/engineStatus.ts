/** Whether the Docker Engine answered with one of these HTTP status codes; dockerode puts it on what it throws. */
export function hasStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return (
    error instanceof Error && 'statusCode' in error && statuses.some((status) => status === error.statusCode)
  );
}
