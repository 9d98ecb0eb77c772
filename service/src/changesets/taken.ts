import type { ChangesetReason } from '@flotilla/shared/campaign/changesetReason';

/** What came of a step: after `done` the host is looked at again. */
export type Taken = { readonly kind: 'done' } | { readonly kind: 'held'; readonly reason: ChangesetReason };
