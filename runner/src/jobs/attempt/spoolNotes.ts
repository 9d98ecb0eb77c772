import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { attemptsFolder, spoolPath } from '../../sandbox/folders/attemptFolder.ts';

const schema = z.object({
  attemptId: z.number().int().positive(),
  leaseToken: z.uuid(),
  /** What is hidden in its log: the same bytes must come out again. */
  secrets: z.array(z.string()),
  logLimitBytes: z.number(),
  /** Of the kernel. After a crash of the machine the end of a spool may be missing. */
  bootId: z.string(),
});

/** What the next process needs to bring in the log of an Attempt whose process was killed. */
export type SpoolNotes = z.infer<typeof schema>;

/** Writes the notes of an Attempt beside its spool; nobody reads half of them. */
export async function writeNotes(attemptFolder: string, notes: Omit<SpoolNotes, 'bootId'>): Promise<void> {
  const path = notesPath(attemptFolder);
  const prepared = `${path}.new`;
  const text = JSON.stringify({ ...notes, bootId: await readBootId() } satisfies SpoolNotes);
  // It holds secrets.
  await writeFile(prepared, text, { mode: 0o600 });
  await rename(prepared, path);
}

/** From now on the Attempt's log is more than its spool, so nobody may go on with that. */
export async function removeNotes(attemptFolder: string): Promise<void> {
  await rm(notesPath(attemptFolder), { force: true });
}

/** The Attempts that an earlier process left in a state folder, of those that can be gone on with. */
export async function readAllNotes(stateFolder: string): Promise<SpoolNotes[]> {
  const bootId = await readBootId();
  const found: SpoolNotes[] = [];
  for (const name of await unlessMissing(readdir(attemptsFolder(stateFolder)), [])) {
    const text = await unlessMissing(
      readFile(notesPath(join(attemptsFolder(stateFolder), name)), 'utf8'),
      '',
    );
    const notes = parse(text);
    if (notes?.bootId === bootId && String(notes.attemptId) === name) found.push(notes);
  }
  return found;
}

function notesPath(attemptFolder: string): string {
  return join(dirname(spoolPath(attemptFolder)), 'notes.json');
}

/** Undefined for none, and for those of another version of the runner. */
function parse(text: string): SpoolNotes | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function readBootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

async function unlessMissing<T>(read: Promise<T>, missing: T): Promise<T> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return missing;
    throw error;
  }
}
