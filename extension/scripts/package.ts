/** `npm run package`: builds the extension and packs it into dist/flotilla.vsix. Fails when that is too large. */
import { copyFile, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { build } from './build.ts';

/** docs/performance.md. */
const maxVsixBytes = 500 * 1024;

const folder = join(import.meta.dirname, '..');
const root = join(folder, '..');
const target = join(root, 'dist', 'flotilla.vsix');

await build(true);
await copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE'));
await mkdir(join(root, 'dist'), { recursive: true });
await createVSIX({
  cwd: folder,
  packagePath: target,
  dependencies: false,
  allowMissingRepository: true,
  skipLicense: false,
});
const [vsix, bundle] = await Promise.all([stat(target), stat(join(folder, 'dist', 'extension.cjs'))]);
console.log(`${target}: ${kilobytes(vsix.size)} (bundle ${kilobytes(bundle.size)} before compression)`);
if (vsix.size > maxVsixBytes) {
  console.error(`The VSIX is larger than ${kilobytes(maxVsixBytes)}: look at what the bundle holds.`);
  process.exitCode = 1;
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KB`;
}
