import type { Checkout } from '../git/checkout.ts';
import type { Attempt } from './attempt.ts';
import { fetchTarget } from './fetchTarget.ts';
import { mustBePulled } from './pinnedImage.ts';
import { prepareStep, type PreparedStep } from './prepareStep.ts';

/** What an Attempt has before it has a slot. */
export interface Prepared {
  readonly checkout: Checkout;
  /** Undefined when its image has to be pulled first. */
  readonly firstStep: PreparedStep | undefined;
}

/** Does all that an Attempt can do without a slot: its Target's files, and the container of its first Step. */
export async function prepare(attempt: Attempt): Promise<Prepared> {
  const { context, diskBytes, folder, job, lease, log } = attempt;
  const { serverUrl } = context.config;
  using _phase = attempt.phases.begin('fetch');
  const cache = context.objects;
  const fetch = { cache, folder, serverUrl, job, diskBytes, lease, log };
  const checkout = attempt.use(await fetchTarget(fetch));
  const firstStep = (await mustBePulled(attempt, 0)) ? undefined : await prepareStep(attempt, checkout, 0);
  return { checkout, firstStep };
}
