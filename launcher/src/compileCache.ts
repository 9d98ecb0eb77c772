import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Keeps compiled code between two starts of a program, which halves the processor time of a start (0.56 to 0.31 s for
 * the runner). Counts for what is imported afterwards. In the user's own folder, because whoever can write the cache
 * can run code as its reader, which rules Node's standard folder under /tmp out. Where the folder cannot be written,
 * nothing is kept.
 */
export function keepCompiledCode(): void {
  enableCompileCache(join(homedir(), '.cache', 'flotilla', 'compiled'));
}
