/**
 * Builds what the extension ships beside its manifest: the bundle and the JSON Schema of action files.
 * `node extension/scripts/build.ts [--watch]`
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { actionFile } from '@flotilla/shared/definition/actionSchema';
import { context, type BuildOptions, type Plugin } from 'esbuild';
import { z } from 'zod';

const folder = join(import.meta.dirname, '..');
const dist = join(folder, 'dist');

/** zod's messages in fifty languages are half of the bundle, and this project writes its own. */
const withoutLocales: Plugin = {
  name: 'without zod locales',
  setup(bundler) {
    bundler.onLoad({ filter: /zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({ contents: 'export {};' }));
  },
};

/** `browser` as platform: a Node built-in in the extension's own code would fail the build, as it has to. */
function bundleOptions(forRelease: boolean): BuildOptions {
  return {
    absWorkingDir: folder,
    entryPoints: ['src/extension.ts'],
    outfile: join(dist, 'extension.cjs'),
    bundle: true,
    format: 'cjs',
    platform: 'browser',
    target: 'es2023',
    external: ['vscode'],
    mainFields: ['module', 'main'],
    minify: forRelease,
    sourcemap: forRelease ? false : 'linked',
    legalComments: 'none',
    plugins: [withoutLocales],
    logLevel: 'warning',
  };
}

/** The schema of action files as editors read it. Draft 7 is what VS Code knows best. */
export function actionJsonSchema(): object {
  return {
    ...z.toJSONSchema(actionFile, { io: 'input', target: 'draft-7' }),
    allowComments: true,
    allowTrailingCommas: true,
  };
}

/** Builds once; for a release without the source map and with short names. */
export async function build(forRelease: boolean): Promise<void> {
  await writeSchema();
  await using bundler = await openBundler(forRelease);
  await bundler.rebuild();
}

async function watch(): Promise<void> {
  await writeSchema();
  const bundler = await openBundler(false);
  await bundler.watch();
  console.log('Watching extension/src; Ctrl-C ends it.');
}

async function writeSchema(): Promise<void> {
  await mkdir(dist, { recursive: true });
  await writeFile(join(dist, 'action.schema.json'), `${JSON.stringify(actionJsonSchema(), undefined, 2)}\n`);
}

async function openBundler(forRelease: boolean) {
  const bundler = await context(bundleOptions(forRelease));
  return {
    rebuild: () => bundler.rebuild(),
    watch: () => bundler.watch(),
    [Symbol.asyncDispose]: () => bundler.dispose(),
  };
}

if (import.meta.main) await (process.argv.includes('--watch') ? watch() : build(false));
