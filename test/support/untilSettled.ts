import type { TestService } from './testService.ts';
import { waitFor } from './waitFor.ts';

/** Waits until all ends of Executions have been settled, a moment after them: until then none of these is removed. */
export async function untilSettled({ service: { sql } }: Pick<TestService, 'service'>): Promise<void> {
  await waitFor('all ends to be settled', async () => {
    const owed = await sql`select from work where kind = 'settle'`;
    return owed.length === 0;
  });
}
