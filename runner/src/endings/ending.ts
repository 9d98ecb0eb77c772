import type { Outcome } from '@flotilla/shared/lifecycle/outcome';

/** What the work on an Attempt came to on this runner. */
export type Ending =
  /** It has an outcome, of which the service is told. */
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  /** It was stopped to be given back: its Job runs again, here or elsewhere. */
  | { readonly kind: 'released' }
  /** It is this runner's no more: nobody may hear of its end. */
  | { readonly kind: 'fenced' };
