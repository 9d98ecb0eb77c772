import { storable } from '@flotilla/shared/protocol/storable';
import { z } from 'zod';

/** An id of a row. */
export const id = z.number().int().positive();

/** The largest action file; a text is stored with every version. */
const maxTextLength = 1024 * 1024;

const origin = z.object({
  file: storable(4096),
  repository: storable(4096).optional(),
  commit: storable(64).optional(),
  dirty: z.boolean().optional(),
});

/** An action file as an editor sends it. */
export const actionToSave = z.object({
  fileName: storable(4096).min(1),
  text: z.string().max(maxTextLength),
  baseVersion: z.number().int().positive().nullable(),
  origin: origin.nullable(),
});
