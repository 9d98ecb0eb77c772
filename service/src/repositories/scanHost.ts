import type { CodeHost, HostListing } from '../codeHosts/codeHost.ts';
import { answerWithin } from './answerWithin.ts';
import { bringAllIn, type BringAllInContext } from './bringAllIn.ts';
import { oneReason } from './oneReason.ts';
import { storeListing } from './queries/storeListing.ts';
import { storeProblem } from './queries/storeProblem.ts';
import { timeNow } from './queries/timeNow.ts';

/** What came of a scan. */
export type ScanOutcome =
  | {
      readonly kind: 'scanned';
      /** How many repositories the host has. */
      readonly repositories: number;
      /** How many of them had moved. */
      readonly changed: number;
    }
  /** The host could not be listed, for a reason; what is known of its repositories stays. */
  | { readonly kind: 'away'; readonly problem: string };

/** How long a host may take to list what it has. */
const listMs = 30 * 60_000;

/**
 * Scans a code host, fetches what moved into the mirrors and brings the table of repositories to what is there, each as soon as
 * it is known. A repository that cannot be fetched keeps its row, with the reason, and stops no other; one that takes long
 * comes after all others. Only for the holder of the host's lock of scans.
 */
export async function scanHost(context: BringAllInContext): Promise<ScanOutcome> {
  const { sql, hostId, progress } = context;
  const askedAt = await timeNow(sql);
  const listing = await list(context);
  if (listing instanceof Error) {
    const problem = oneReason(listing);
    await storeProblem(sql, hostId, problem);
    return { kind: 'away', problem };
  }
  const { repositories } = listing;
  const known = await storeListing(sql, { hostId, ...listing, askedAt, isWhole: true });
  progress.hasListed(repositories.length);
  const changed = await bringAllIn(context, repositories, known, askedAt);
  return { kind: 'scanned', repositories: repositories.length, changed };
}

/** All repositories of the host; an Error says why it cannot be listed. */
async function list({ host, hostId, logger, signal }: BringAllInContext): Promise<HostListing | Error> {
  try {
    return requireSound(host, await answerWithin(listMs, signal, (bounded) => host.list(bounded)));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Error)) throw error;
    logger.warn({ err: error, hostId }, 'a code host could not be listed');
    return error;
  }
}

/** What is listed twice, or has an id where there are none, is a mistake of the host's: rows could not tell them apart. */
function requireSound({ can }: CodeHost, listing: HostListing): HostListing {
  const seen = new Set<string>();
  for (const { externalId, name } of listing.repositories) {
    const identity = externalId ?? name;
    if ((externalId !== null) !== can.stableIds || seen.has(identity))
      throw new Error(`it lists the repository ${name} twice, or by no id of its own`);
    seen.add(identity);
  }
  return listing;
}
