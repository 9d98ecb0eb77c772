import { randomBytes } from 'node:crypto';
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { startCodeServer } from '../../test/e2e/support/codeServer.ts';
import { ensureBrowserTools } from '../system/ensureBrowserTools.ts';
import type { Say } from '../system/say.ts';
import type { Fleet } from './fleet.ts';
import { sampleAction, type ActionInput } from './input.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface OpenedCode extends AsyncDisposable {
  readonly url: string;
  /** What its login page asks for. */
  readonly password: string;
}

/**
 * Starts VS Code in the browser, with the extension packed and installed, connected to the service, on the folder of
 * the Action. Disposing stops it.
 */
export async function openInCode(
  { client }: Fleet,
  action: ActionInput,
  folder: string,
  say: Say,
): Promise<OpenedCode> {
  const tools = await ensureBrowserTools(say);
  const packed = await execa(process.execPath, [join(root, 'extension/scripts/package.ts')], {
    cwd: root,
    all: true,
    reject: false,
  });
  if (packed.failed) throw new Error(`The extension could not be packed:\n${packed.all}`);
  const codeFolder = join(folder, 'code');
  await mkdir(codeFolder);
  const password = randomBytes(9).toString('base64url');
  const server = await startCodeServer({
    node: tools.node,
    program: tools.codeServer,
    folder: codeFolder,
    vsix: join(root, 'dist/flotilla.vsix'),
    password,
    env: { FLOTILLA_SERVER_URL: client.url, FLOTILLA_TOKEN: client.token },
  });
  const opened = await actionFolder(action, folder);
  return {
    url: `${server.url}/?folder=${encodeURIComponent(opened)}`,
    password,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The person's own folder; of the sample Action a copy, which can be changed. */
async function actionFolder(action: ActionInput, folder: string): Promise<string> {
  if (action.path !== sampleAction) return dirname(action.path);
  const copies = join(folder, 'actions');
  await mkdir(copies);
  await copyFile(action.path, join(copies, basename(action.path)));
  return copies;
}
