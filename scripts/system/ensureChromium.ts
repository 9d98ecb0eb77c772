import { installDebianPackages } from './debianPackages.ts';
import { findProgram } from './findProgram.ts';
import type { Say } from './say.ts';

/** What Chromium is called where it is installed. */
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Sees to it that there is a Chromium, and returns its path. */
export async function ensureChromium(say: Say): Promise<string> {
  const found = await findProgram(...names);
  if (found !== undefined) return found;
  await installDebianPackages(
    {
      // Without fonts of its own, text in the browser is boxes.
      packages: ['chromium', 'fonts-liberation', 'fonts-dejavu-core'],
      purpose: 'drive VS Code in a browser',
      otherwise: 'Chromium',
    },
    say,
  );
  const installed = await findProgram(...names);
  if (installed === undefined) throw new Error('The package chromium brought no program that we know.');
  return installed;
}
