import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { onExit } from 'signal-exit';
import { waitFor } from '../../support/waitFor.ts';
import { freePort } from '../../support/freePort.ts';

export interface CodeServerOptions {
  /** The Node that runs it. */
  readonly node: string;
  /** The program: a JavaScript file. */
  readonly program: string;
  /** An empty folder for its settings and extensions. */
  readonly folder: string;
  readonly vsix: string;
  /** Who knows it gets in; without one everybody who reaches the port does. */
  readonly password?: string;
  /** Variables that the extension finds. */
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of Node, for code-server and for each extension host: they inherit them. */
  readonly nodeArguments?: readonly string[];
}

export interface CodeServer extends AsyncDisposable {
  readonly url: string;
  /** What it printed. */
  output(): string;
}

/** Without what would come between a test and the extension: tips, chat, suggestions, minimap. */
const settings = {
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.layoutControl.enabled': false,
  'workbench.reduceMotion': 'on',
  'workbench.tips.enabled': false,
  'window.commandCenter': false,
  'chat.disableAIFeatures': true,
  'editor.minimap.enabled': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'remote.autoForwardPorts': false,
  'telemetry.telemetryLevel': 'off',
};

/** Starts VS Code as a server, with the extension installed as a user installs it: from the VSIX. */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const { node, program, folder, vsix, password } = options;
  const userData = join(folder, 'user-data');
  await mkdir(join(userData, 'User'), { recursive: true });
  await writeFile(join(userData, 'User', 'settings.json'), JSON.stringify(settings));
  await writeFile(join(folder, 'config.yaml'), 'auth: none\n');
  const common = [
    `--config=${join(folder, 'config.yaml')}`,
    `--user-data-dir=${userData}`,
    `--extensions-dir=${join(folder, 'extensions')}`,
  ];
  // Whoever runs the tests may sit in a terminal of VS Code, whose variables code-server would take for its own.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VSCODE|CODE_SERVER|FLOTILLA)_/.test(name)),
  );
  await execa(node, [program, ...common, '--install-extension', vsix, '--force'], {
    env,
    extendEnv: false,
  });
  const port = await freePort();
  const child = execa(
    node,
    [
      ...(options.nodeArguments ?? []),
      program,
      ...common,
      `--auth=${password === undefined ? 'none' : 'password'}`,
      `--bind-addr=127.0.0.1:${port}`,
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-workspace-trust',
      '--disable-getting-started-override',
      '--ignore-last-opened',
      // Else the extension hosts of closed windows live for hours.
      '--reconnection-grace-time=5',
    ],
    {
      all: true,
      buffer: false,
      reject: false,
      stdin: 'ignore',
      forceKillAfterDelay: 5000,
      // A process group of its own, because its extension hosts outlive it for a while.
      detached: true,
      env: { ...env, ...options.env, ...(password === undefined ? {} : { PASSWORD: password }) },
      extendEnv: false,
    },
  );
  let output = '';
  let hasEnded = false;
  child.all.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = child.then(() => (hasEnded = true));
  const forget = onExit(() => killGroup(child.pid));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    killGroup(child.pid);
    forget();
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await waitFor(
      'code-server to answer',
      () => {
        if (hasEnded) throw new Error(`code-server ended while it started:\n${output}`);
        return isHealthy(url);
      },
      { everyMs: 100 },
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, output: () => output, [Symbol.asyncDispose]: stop };
}

/** Ends what is left of a process group at once. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`)).ok;
  } catch {
    // It does not listen yet; the caller asks again, a bounded time.
    return false;
  }
}
