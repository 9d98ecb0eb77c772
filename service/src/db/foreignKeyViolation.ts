/** Whether a statement was refused because it would leave a reference without its row: SQLSTATE 23503 of that constraint. */
export function isForeignKeyViolation(error: unknown, constraint: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === '23503' &&
    'constraint_name' in error &&
    error.constraint_name === constraint
  );
}
