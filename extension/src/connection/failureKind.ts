export type FailureKind = 'refused' | 'unknownHost' | 'timeout' | 'certificate' | 'other';

/** What kept a request from its server, by the codes that Node gives as causes. A browser tells nothing. */
export function failureKind(error: unknown): FailureKind {
  for (const code of codesOf(error)) {
    if (code === 'ECONNREFUSED') return 'refused';
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'unknownHost';
    if (/TIMEDOUT|TIMEOUT|^TimeoutError$/.test(code)) return 'timeout';
    if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code)) return 'certificate';
  }
  return 'other';
}

/** The codes and names of an error, of its causes and of its parts. */
function codesOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 4) return [];
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  return [
    ...(typeof code === 'string' ? [code] : []),
    error.name,
    ...(Array.isArray(errors) ? errors.flatMap((part) => codesOf(part, depth + 1)) : []),
    ...codesOf(error.cause, depth + 1),
  ];
}
