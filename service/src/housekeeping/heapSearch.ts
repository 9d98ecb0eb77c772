import { isHeap } from '../repositories/mirrorUpkeep.ts';
import type { HousekeepingContext } from './housekeepingContext.ts';
import { askForRepack } from './queries/storeUpkeep.ts';

/** All mirrors are looked at within so long, a share of them in each round. */
const wholeMs = 3_600_000;

/**
 * Looks for mirrors that have become heaps of packs and loose objects. Each round goes on after the mirror at which the one before
 * it has ended, in this process: with several replicas, each looks at all of them, in the rounds that are its own.
 */
export class HeapSearch {
  #after = 0;

  /** Looks at the next share of the mirrors, and asks for those to be packed anew that are heaps. */
  async look(
    { sql, mirrors, config }: Pick<HousekeepingContext, 'sql' | 'mirrors' | 'config'>,
    signal: AbortSignal,
  ): Promise<void> {
    const part = Math.min(config.housekeepingMs / wholeMs, 1);
    const share = await sql<{ id: string; is_last: boolean }[]>`
      select id, id = (select max(id) from repositories) as is_last from repositories where id > ${this.#after}
       order by id limit (select ceil(count(*) * ${part}::float8) from repositories)`;
    const heaps: number[] = [];
    for (const { id } of share) {
      if (signal.aborted) return;
      if (await isHeap(mirrors.pathOf(Number(id)))) heaps.push(Number(id));
    }
    if (heaps.length > 0) await askForRepack(sql, heaps);
    const last = share.at(-1);
    this.#after = last === undefined || last.is_last ? 0 : Number(last.id);
  }
}
