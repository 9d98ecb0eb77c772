import { git, splitNul } from '../../git/git.ts';
import { Unreadable } from './unreadable.ts';

/** What counts of a repository's own configuration. */
export interface RepositorySettings {
  /** `flotilla.defaultBranch`, short or full; empty when not set. */
  readonly defaultBranch: string;
}

/** Whether a configuration may say anything that counts: most say nothing, and need no git. */
const mayCount = /flotilla|extensions/i;

/** A line of the list has the name of its section before it, which may be long, and stand before thousands of lines. */
const maxListBytes = 4 * 1024 * 1024;

/**
 * Reads the settings of a repository from the text of its configuration, without what it includes. Throws
 * {@link Unreadable} when its format is one that we do not read, and a GitError when the text is no configuration.
 */
export async function readSettings(config: string, signal?: AbortSignal): Promise<RepositorySettings> {
  if (!mayCount.test(config)) return { defaultBranch: '' };
  const args = ['config', '--file', '-', '--no-includes', '--null', '--list'];
  const options = { input: config, signal, lane: 'scan', maxOutputBytes: maxListBytes } as const;
  const settings = parseSettings((await git(args, options)).output);
  if ((settings.get('extensions.objectformat') ?? 'sha1') !== 'sha1')
    throw new Unreadable('its commits have ids of SHA-256, which Flotilla does not work with yet');
  if ((settings.get('extensions.refstorage') ?? 'files') !== 'files')
    throw new Unreadable(
      'it keeps its branches in another form than files. Run `git refs migrate --ref-format=files` in it',
    );
  return { defaultBranch: settings.get('flotilla.defaultbranch') ?? '' };
}

/** Settings by name, the last of each: items of a name, a line end and a value. */
export function parseSettings(output: Buffer): ReadonlyMap<string, string> {
  return new Map(
    splitNul(output).map((item) => {
      const end = item.indexOf('\n');
      return end === -1 ? [item, ''] : [item.slice(0, end), item.slice(end + 1)];
    }),
  );
}
