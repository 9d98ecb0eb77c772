import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HeapSearch } from '../../service/src/housekeeping/heapSearch.ts';
import { keepHouseOnce } from '../../service/src/housekeeping/keepHouse.ts';
import { fileObjects } from '../../service/src/objects/fileObjects.ts';
import { createLogger } from '../../service/src/telemetry/logger.ts';
import type { TestService } from './testService.ts';

/** One round of a replica's housekeeping, for services whose own is far off. */
export function keepHouse(
  { service, database }: TestService,
  signal = AbortSignal.timeout(30_000),
): Promise<void> {
  const { sql, config, mirrors, hints } = service;
  const objects = fileObjects(join(config.sharedFolder, 'objects'));
  const logger = createLogger('silent');
  const context = { sql, databaseUrl: database.url, objects, mirrors, hints, config, logger };
  return keepHouseOnce(context, new HeapSearch(), signal);
}

/** Paths of the objects that a service has stored. */
export async function objectsOf({ service }: TestService): Promise<string[]> {
  const folder = join(service.config.sharedFolder, 'objects');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
