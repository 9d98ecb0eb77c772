import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type { Sql } from '../../db/database.ts';
import { liveAttemptStates } from '../liveStates.ts';

/**
 * Pins what an image's tag means for an Execution. The first Attempt to ask decides; every later one gets its answer.
 * Undefined when the caller is fenced.
 */
export async function pinImage(
  sql: Sql,
  lease: LeaseRef,
  image: string,
  digest: string,
): Promise<string | undefined> {
  const [row] = await sql<{ digest: string }[]>`
    with holder as (
      select execution_id from attempts join jobs on jobs.id = attempts.job_id
       where attempts.id = ${lease.attemptId} and lease_token = ${lease.leaseToken}
         and attempts.state in ${liveAttemptStates(sql)})
    insert into execution_images (execution_id, image, digest)
    select execution_id, ${image}, ${digest} from holder
    on conflict (execution_id, image) do update set digest = execution_images.digest
    returning digest`;
  return row?.digest;
}
