/**
 * Every refusal a caller can act on, with the HTTP-like class it belongs to. The message of a FlotillaError is
 * one sentence for people: what is wrong, where, and what to do.
 */
export const errorClasses = {
  'action.invalid': 'BAD_REQUEST',
  'action.conflict': 'CONFLICT',
  'scope.invalid': 'BAD_REQUEST',
  'scope.empty': 'BAD_REQUEST',
  'scope.expired': 'PRECONDITION_FAILED',
  'scope.otherQuery': 'BAD_REQUEST',
  'codeHost.invalid': 'BAD_REQUEST',
  'codeHost.conflict': 'CONFLICT',
  'campaign.invalid': 'BAD_REQUEST',
  'campaign.conflict': 'CONFLICT',
  'campaign.partial': 'PRECONDITION_FAILED',
  'campaign.closesMany': 'PRECONDITION_FAILED',
  'pairing.refused': 'UNAUTHORIZED',
  'token.refused': 'UNAUTHORIZED',
  'role.refused': 'FORBIDDEN',
  'protocol.incompatible': 'PRECONDITION_FAILED',
  notFound: 'NOT_FOUND',
  'request.invalid': 'BAD_REQUEST',
  'request.conflict': 'CONFLICT',
  'attempt.fenced': 'CONFLICT',
  'content.tooLarge': 'PAYLOAD_TOO_LARGE',
  'patch.doesNotApply': 'BAD_REQUEST',
  unavailable: 'SERVICE_UNAVAILABLE',
} as const;

export type ErrorCode = keyof typeof errorClasses;

/** An error that a caller can act on. Anything else that is thrown is a bug or the machine's bad luck. */
export class FlotillaError extends Error {
  readonly code: ErrorCode;
  /** Facts safe to show to the caller, for example the problems of an action file. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'FlotillaError';
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** The message of whatever was thrown, for a log line or a sentence. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
