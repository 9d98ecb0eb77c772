import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
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
  return keepHouseOnce({ sql, databaseUrl: database.url, objects, mirrors, hints, config, logger }, signal);
}

/** Paths of the objects that a service has stored. */
export async function objectsOf({ service }: TestService): Promise<string[]> {
  const folder = join(service.config.sharedFolder, 'objects');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
