import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Docker from 'dockerode';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSampleRepositories } from '../../scripts/sampleRepositories.ts';
import { git, makeRepository } from '../support/repositories.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import { waitFor } from '../support/waitFor.ts';

const program = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url));
const resources = new AsyncDisposableStack();
let folder: TemporaryFolder;
/** Where the demo makes its temporary folder, so that what it leaves there can be seen. */
let temporary: string;

beforeAll(async () => {
  folder = resources.use(await temporaryFolder());
  temporary = join(folder.path, 'tmp');
  await mkdir(temporary);
  // As root Postgres runs as a user of its own, who has to get through.
  await chmod(folder.path, 0o711);
});
afterAll(() => resources.disposeAsync());

/** `npm run demo` as a program. */
function demo(...args: readonly string[]) {
  return execa(process.execPath, [program, ...args], {
    reject: false,
    stdin: 'ignore',
    env: { TMPDIR: temporary, FORCE_COLOR: '0' },
  });
}

/** What the demo has left behind: files, processes (found by their environment) and containers (by their mounts). */
async function leftovers() {
  const processes: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // A process may end, or be somebody else's, while it is looked at.
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (`${environment}\0${command}`.includes(temporary)) processes.push(command.replaceAll('\0', ' '));
  }
  const containers = await new Docker().listContainers({ all: true });
  return {
    files: await readdir(temporary),
    processes,
    containers: containers.filter(({ Mounts: mounts }) =>
      mounts.some((mount) => mount.Source.startsWith(temporary)),
    ),
  };
}

const nothing = { files: [], processes: [], containers: [] };

async function writeAction(name: string, action: unknown): Promise<string> {
  const path = join(folder.path, name);
  await writeFile(path, typeof action === 'string' ? action : JSON.stringify(action));
  return path;
}

async function readSummary(out: string) {
  return JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as {
    repository: string;
    baseRevision: string;
    state: string;
    seconds: number;
    patch: string | null;
  }[];
}

test('the sample Action changes four repositories, whose patches apply, and nothing stays behind', async () => {
  const out = join(folder.path, 'out');
  const ended = await demo('--out', out);
  expect({ code: ended.exitCode, says: ended.stderr }).toEqual({ code: 0, says: '' });
  expect(ended.stdout).toMatch(/handbook-drafts +it is empty/);
  expect(ended.stdout).toMatch(
    /tools\/release-notes +has no file that matches .* and contains "ubuntu-20\.04"/,
  );
  expect(ended.stdout).toMatch(/^ledger-api +│ +2 files changed, 2 insertions\(\+\), 2 deletions\(-\)$/m);
  expect(ended.stdout).toContain('+    runs-on: ubuntu-24.04');
  expect(ended.stdout).toMatch(/^4 of 4 Jobs succeeded in [\d.]+ s; 4 with changes\.$/m);
  // eslint-disable-next-line no-control-regex -- that there is none is the point
  expect(ended.stdout).not.toMatch(/[\u001b\r]/);

  const samples = join(folder.path, 'samples');
  await makeSampleRepositories(samples);
  const summary = await readSummary(out);
  expect(summary.map(({ repository, state }) => `${repository} ${state}`)).toEqual([
    'brand-assets succeeded',
    'ledger-api succeeded',
    'pricing-service succeeded',
    'storefront-web succeeded',
  ]);
  expect((await readdir(out)).sort()).toEqual([...summary.map(({ patch }) => patch), 'summary.json']);
  for (const { repository, baseRevision, seconds, patch } of summary) {
    const clone = join(samples, repository);
    expect(await git(clone, ['rev-parse', 'HEAD'])).toBe(baseRevision);
    await git(clone, ['apply', '--check', join(out, patch ?? '')]);
    expect(seconds).toBeGreaterThan(0);
  }
  expect(await leftovers()).toEqual(nothing);
});

test('a Job that fails makes the exit code 1, and the others are kept', async () => {
  const repositories = join(folder.path, 'mine');
  await Promise.all(
    ['one', 'group/two', 'broken'].map((name) =>
      makeRepository(join(repositories, name), { files: { 'name.txt': `${name}\n` } }),
    ),
  );
  const action = await writeAction('append.action.json', {
    scopeQuery: 'repo:',
    steps: [
      {
        type: 'command',
        args: ['sh', '-ec', 'grep -q broken name.txt && { echo no use >&2; exit 3; }; echo more >> name.txt'],
      },
    ],
  });
  const out = join(folder.path, 'mine-out');
  await mkdir(out);
  await writeFile(join(out, 'mine.patch'), 'not of the demo\n');
  const args = ['--repos', repositories, '--action', action, '--out', out];
  const ended = await demo(...args, '--runners', '2', '--capacity', '1');
  expect(ended.exitCode).toBe(1);
  expect(ended.stdout).toContain('✗ step 1 exited with 3: no use');
  expect(ended.stdout).toMatch(/^2 of 3 Jobs succeeded/m);
  expect(
    (await readSummary(out)).map(({ repository, state, patch }) => ({ repository, state, patch })),
  ).toEqual([
    { repository: 'broken', state: 'failed', patch: null },
    { repository: 'group/two', state: 'succeeded', patch: 'group__two.patch' },
    { repository: 'one', state: 'succeeded', patch: 'one.patch' },
  ]);
  expect((await readdir(out)).sort()).toEqual([
    'group__two.patch',
    'mine.patch',
    'one.patch',
    'summary.json',
  ]);
  expect(await readFile(join(out, 'one.patch'), 'utf8')).toContain('+more\n');
  expect(await leftovers()).toEqual(nothing);
});

test('Ctrl-C in the middle of a step ends it all, a container that ignores SIGTERM too', async () => {
  const action = await writeAction('stubborn.action.json', {
    scopeQuery: 'repo:',
    steps: [{ type: 'command', args: ['sh', '-c', "trap '' TERM; echo ready; sleep 600"] }],
  });
  const running = demo('--action', action);
  let output = '';
  running.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await waitFor('a step to write', () => /│ ready$/m.test(output));
  running.kill('SIGINT');
  const ended = await running;
  expect(ended.exitCode).toBe(130);
  expect(ended.stdout).toContain('Ending: stopping containers, runners and the service.');
  expect(await leftovers()).toEqual(nothing);
});

test('a scope that matches nothing is refused with the reasons', async () => {
  const action = await writeAction('nowhere.action.json', {
    scopeQuery: 'repo:^nowhere$',
    steps: [{ type: 'command', args: ['true'] }],
  });
  const ended = await demo('--action', action);
  expect(ended.exitCode).toBe(1);
  expect(ended.stdout).toMatch(/ledger-api +does not match repo:\^nowhere\$/);
  expect(ended.stderr).toBe(`Nothing to do: no repository matches. Change "scopeQuery" in ${action}.`);
  expect(await leftovers()).toEqual(nothing);
});

test('what cannot work is refused before anything starts, in one sentence', async () => {
  const missing = join(folder.path, 'missing');
  const empty = join(folder.path, 'empty');
  await mkdir(empty);
  const good = await writeAction('good.action.json', {
    scopeQuery: 'repo:',
    steps: [{ type: 'command', args: ['true'] }],
  });
  const broken = await writeAction('broken.action.json', '{\n  "scopeQuery": "repo:",\n  "steps": [,]\n}\n');
  const wrong = await writeAction('wrong.action.json', '{\n  "scopeQuery": "repo:",\n  "steps": []\n}\n');
  const cases: readonly (readonly [string[], string])[] = [
    [['--repos', missing, '--action', good], `There is no folder ${missing}.`],
    [
      ['--repos', empty, '--action', good],
      `There is no git repository in ${empty} (it was searched three levels deep).`,
    ],
    [['--repos', empty], '--repos needs --action: say which Action to run over these repositories.'],
    [['--action', missing], `There is no action file ${missing}.`],
    [['--action', wrong], `${wrong}:3:12: An Action needs at least one step.`],
    [['--out', good], `${good} is a file: name a folder with --out.`],
    [
      ['--runners', '0'],
      "Option '--runners <number>' argument '0' is invalid. It must be a number from 1 to 16.",
    ],
  ];
  for (const [args, sentence] of cases) {
    const refused = await demo(...args);
    expect({ code: refused.exitCode, says: refused.stderr, prints: refused.stdout }).toEqual({
      code: 1,
      says: sentence,
      prints: '',
    });
  }
  expect((await demo('--action', broken)).stderr).toContain(`${broken}:3:13: `);
  expect(await leftovers()).toEqual(nothing);
});
