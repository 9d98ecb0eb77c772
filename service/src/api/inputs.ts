import { longestText } from '@flotilla/shared/definition/longestText';
import { storable, storables } from '@flotilla/shared/protocol/storable';
import { z } from 'zod';

/** An id of a row. */
export const id = z.number().int().positive();

/** So many repositories may be chosen of a scope. */
const mostChosen = 100_000;

/** Ids of several rows. What is wrong is said once, as of {@link storables}. */
export const ids = z.custom<number[]>(
  (value) =>
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= mostChosen &&
    value.every((one) => Number.isSafeInteger(one) && one > 0),
  `One to ${mostChosen} ids are taken, each a positive whole number.`,
);

/** Repositories to limit a scope to, by id. Editors of before sent names: each means all repositories that have it. */
export const chosenRepositories = z.union([ids, storables(mostChosen, 4096)]);

const origin = z.object({
  file: storable(4096),
  repository: storable(4096).optional(),
  commit: storable(64).optional(),
  dirty: z.boolean().optional(),
});

/** An action file as an editor sends it. */
export const actionToSave = z.object({
  fileName: storable(4096).min(1),
  text: z.string().max(longestText),
  baseVersion: z.number().int().positive().nullable(),
  origin: origin.nullable(),
});
