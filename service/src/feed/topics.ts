import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Topic } from './topic.ts';

/** The topics of a service, by their names. */
export type Topics = ReadonlyMap<string, Topic>;

/**
 * Imports every topic there is: each file of the service whose name ends in `Topic.ts` exports one. They are found
 * rather than listed, so that a new kind of live row is one new file here and none is touched; its types reach editors
 * by the same file (`@flotilla/service/<feature>/<name>Topic`).
 */
export async function loadTopics(): Promise<Topics> {
  const source = join(import.meta.dirname, '..');
  const files = globSync('*/*Topic.ts', { cwd: source }).sort();
  const topics = new Map<string, Topic>();
  for (const file of files) {
    const exported = (await import(pathToFileURL(join(source, file)).href)) as Readonly<
      Record<string, unknown>
    >;
    const [topic, ...others] = Object.values(exported).filter(isTopic);
    if (topic === undefined || others.length > 0) throw new Error(`${file} must export one topic`);
    if (topics.has(topic.name)) throw new Error(`two topics are called "${topic.name}"`);
    topics.set(topic.name, topic);
  }
  for (const topic of topics.values()) {
    const other = topic.kind === 'rows' ? topic.changedWith?.topic : undefined;
    if (other !== undefined && topics.get(other)?.kind !== 'rows') {
      throw new Error(`"${topic.name}" changes with "${other}", which is no topic of rows`);
    }
  }
  return topics;
}

function isTopic(value: unknown): value is Topic {
  const { name, kind } = (value ?? {}) as { readonly name?: unknown; readonly kind?: unknown };
  return typeof name === 'string' && (kind === 'rows' || kind === 'list');
}
