import { join } from 'node:path';
import { execa } from 'execa';

const root = join(import.meta.dirname, '../../..');

/** What {@link packExtension} makes. */
export const vsix = join(root, 'dist/flotilla.vsix');

/** Packs the extension, which every window of a test or a measurement installs. */
export async function packExtension(): Promise<void> {
  await execa(process.execPath, [join(root, 'extension/scripts/package.ts')], { cwd: root });
}

/** Called by vitest before the first test. */
export async function setup(): Promise<void> {
  await packExtension();
}
