import { z } from 'zod';

/** A folder is all that there is to say of it. */
export const settings = z.strictObject({});
