import { findGitea } from '../gitea/giteaHome.ts';
import type { Use } from './suites.ts';

/** A line for each thing that suites use and that is not there: what it costs, and how to have it. */
export async function missingUses(uses: readonly Use[]): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const use of new Set(uses)) {
    const line = await missing[use]();
    if (line !== undefined) lines.push(line);
  }
  return lines;
}

const missing: Readonly<Record<Use, () => Promise<string | undefined>>> = {
  async gitea() {
    const { FLOTILLA_TEST_GITEA_URL: given = '' } = process.env;
    if (given !== '' || (await findGitea()) !== undefined) return undefined;
    return 'Gitea is not built here: tests against it are skipped. `npm run gitea` builds it in about six minutes.';
  },
};
