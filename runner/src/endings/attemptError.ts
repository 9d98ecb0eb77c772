import type { Outcome } from '@flotilla/shared/lifecycle/outcome';

type Reason = Extract<Outcome, { kind: 'errored' }>['reason'];

/** Something of the machine's or ours that ends an Attempt as errored. The message is a sentence for people. */
export class AttemptError extends Error {
  readonly reason: Reason;
  /** Whether the next Attempt would end the same way, so that there is none. */
  readonly isLasting: boolean;

  constructor(reason: Reason, message: string, options: { cause?: unknown; isLasting?: boolean } = {}) {
    super(message, options);
    this.name = 'AttemptError';
    this.reason = reason;
    this.isLasting = options.isLasting ?? false;
  }
}
