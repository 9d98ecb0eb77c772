import { ensureBrowserTools } from '../../../scripts/system/ensureBrowserTools.ts';
import { ensureChromium } from '../../../scripts/system/ensureChromium.ts';
import { sayOnTerminal } from '../../../scripts/system/say.ts';
import { startCodeServer, type CodeServerOptions } from './codeServer.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { vsix } from './packExtension.ts';
import type { PlaywrightModule } from './playwright.ts';
import { Workbench } from './workbench.ts';

/** What fits into a README without becoming too small to read. */
const viewport = { width: 1280, height: 800 };

/** How long a window may take to show something, in milliseconds: a busy machine has others to serve. */
const patienceMs = 60_000;

/** A window of VS Code in a browser, with the packed extension. */
export interface Editor extends AsyncDisposable {
  readonly workbench: Workbench;
  /** The last part of what code-server printed. */
  output(): string;
}

/** Installs the extension into a VS Code of its own and opens a window on a folder. */
export async function openEditor(
  workspaceFolder: string,
  options: Pick<CodeServerOptions, 'env' | 'nodeArguments'> = {},
): Promise<Editor> {
  await using resources = new AsyncDisposableStack();
  const tools = await ensureBrowserTools(sayOnTerminal);
  const chromium = await ensureChromium(sayOnTerminal);
  const playwright = (await import(tools.playwright)) as PlaywrightModule;
  const folder = resources.use(await temporaryFolder());
  const server = resources.use(
    await startCodeServer({
      node: tools.node,
      program: tools.codeServer,
      folder: folder.path,
      vsix,
      ...options,
    }),
  );
  const browser = await playwright.chromium.launch({
    executablePath: chromium,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  resources.defer(() => browser.close());
  const context = await browser.newContext({ viewport });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  await page.goto(`${server.url}/?folder=${encodeURIComponent(workspaceFolder)}`);
  const workbench = new Workbench(page);
  await workbench.untilReady();
  const owned = resources.move();
  return {
    workbench,
    output: () => server.output(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
