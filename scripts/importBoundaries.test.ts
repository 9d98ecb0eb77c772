import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Who may not import what (docs/architecture.md), each with what a forgetful author would write. */
const forbidden: readonly (readonly [folder: string, imported: string])[] = [
  ['shared/src', 'node:fs'],
  ['shared/src', 'node:fs/promises'],
  ['shared/src', '@flotilla/service/router'],
  ['launcher/src', '@flotilla/shared/errors'],
  ['service/src', '@flotilla/runner/program'],
  ['service/src', 'dockerode'],
  ['service/src/api', '@flotilla/runner/program'],
  ['service/src/api', 'drizzle-orm/pg-core'],
  ['service/src/api', '../jobs/queries/claimJobs.ts'],
  ['service/src/api', '../db/schema/jobs.ts'],
  ['service/src/http', 'drizzle-orm'],
  ['service/src/http/routes', '../../jobs/queries/selectBase.ts'],
  ['service/src', './jobs/queries/claimJobs.ts'],
  ['service/src/review', '../jobs/queries/selectJobs.ts'],
  ['service/src/executions/queries', '../../jobs/queries/admitJobs.ts'],
  ['service/src/executions/settlement/queries', '../../../work/queries/takeWork.ts'],
  ['service/src/executions', './settlement/queries/endExecutions.ts'],
  ['service/src/codeHosts', '../jobs/queries/claimJobs.ts'],
  ['service/src/codeHosts/github', '../../jobs/queries/claimJobs.ts'],
  ['service/src/repositories', '../codeHosts/directory/kind.ts'],
  ['service/src/api', '../codeHosts/directory/kind.ts'],
  ['service/src/codeHosts', './directory/kind.ts'],
  ['service/src/codeHosts/github', '../directory/kind.ts'],
  ['service/src/codeHosts/github', '@flotilla/runner/program'],
  ['runner/src', '@flotilla/service'],
  ['runner/src', '@flotilla/service/router'],
  ['runner/src', 'drizzle-orm/pg-core'],
  ['runner/src/endings', '../session/lease.ts'],
  ['runner/src/session', '../jobs/attempt.ts'],
  ['runner/src/trees', '../git/git.ts'],
  ['runner/src/logs', '../git/git.ts'],
  ['runner/src/git', '../jobs/outcomes.ts'],
  ['runner/src/sandbox/image', '../../git/git.ts'],
  ['runner/src/sandbox/image', '@flotilla/service'],
  ['extension/src', '@flotilla/service/router'],
  ['extension/src', 'node:fs/promises'],
];

const permitted: readonly (readonly [folder: string, statement: string])[] = [
  ['shared/src', "import { z } from 'zod'"],
  ['shared/src', "import { FlotillaError } from '@flotilla/shared/errors'"],
  ['service/src', "import { FlotillaError } from '@flotilla/shared/errors'"],
  ['service/src/repositories', "import { codeHostKinds } from '../codeHosts/kinds.ts'"],
  ['service/src/jobs', "import { claimJobs } from './queries/claimJobs.ts'"],
  ['service/src/jobs/queries', "import { endAttempts } from './endAttempts.ts'"],
  ['service/src/executions/settlement', "import { insertJobs } from '../queries/insertJobs.ts'"],
  ['service/src/codeHosts/github', "import type { CodeHost } from '../codeHost.ts'"],
  ['service/src/codeHosts/github', "import { readGit } from '../../git/git.ts'"],
  ['runner/src', "import { FlotillaError } from '@flotilla/shared/errors'"],
  ['service/src', "import { launch } from '@flotilla/launcher/launcher'"],
  ['runner/src', "import { launch } from '@flotilla/launcher/launcher'"],
  ['runner/src/git', "import { Mask } from '../logs/mask.ts'"],
  ['runner/src/sandbox/image', "import { hasStatus } from '../engine/engineStatus.ts'"],
  ['extension/src', "import type { AppRouter } from '@flotilla/service/router'"],
];

/** What shows texts without making them harmless first, so that it is in `extension/src/platform` alone. */
const showing: readonly string[] = [
  "import { window } from 'vscode'; void window.showErrorMessage(String(window))",
  "import { window } from 'vscode'; const { showWarningMessage } = window; void showWarningMessage",
  "import * as vscode from 'vscode'; void vscode.window.showInformationMessage(String(vscode))",
  "import { window } from 'vscode'; void window['showQuickPick']([])",
  "import { window } from 'vscode'; void window.showInputBox()",
  "import { window } from 'vscode'; window.createTreeView('x', { treeDataProvider: undefined })",
  "import { window } from 'vscode'; window.createOutputChannel('x')",
  "import { MarkdownString } from 'vscode'; void new MarkdownString('x')",
  "import { FileSystemError } from 'vscode'; throw FileSystemError.Unavailable('x')",
  "import { Diagnostic } from 'vscode'; void Diagnostic",
];

/** One of these imports the other, and is imported by it. */
const circular: readonly string[] = ['import type', 'import'];

/** Files to look at, by path, each of which begins with a statement. */
const probes: Record<string, string> = {};
/** A file of a folder that begins with a statement; returns its path. */
const probe = (folder: string, statement: string, ending = 'ts') => {
  const path = join(folder, `probe${Object.keys(probes).length}.${ending}`);
  probes[path] = `${statement};\n`;
  return path;
};

const shown = showing.map(
  (statement) =>
    [statement, probe('extension/src/views', statement), probe('extension/src/platform', statement)] as const,
);
const refused = forbidden.map(
  ([folder, imported]) =>
    [folder, imported, probe(folder, `import { something } from '${imported}'`)] as const,
);
const allowed = permitted.map(
  ([folder, statement]) => [folder, statement, probe(folder, statement)] as const,
);
const waiting = probe('test/faults', "import { setTimeout as delay } from 'node:timers/promises'", 'test.ts');
const circles = circular.map((word, index) => {
  const file = (own: string, other: string) =>
    `${word} { ${other} } from './${other}.ts';\n\nexport type ${own} = readonly ${other}[];\n`;
  const [left, right] = [`left${index}`, `right${index}`];
  probes[`service/src/${left}.ts`] = file(left, right);
  probes[`service/src/${right}.ts`] = file(right, left);
  return [word, `service/src/${left}.ts`] as const;
});

let said: string;
beforeAll(async () => {
  said = await lintFiles(probes);
});

/** What oxlint says about a file. */
const saidOf = (path: string) =>
  said
    .split('\n')
    .filter((line) => line.startsWith(`${path}:`))
    .join('\n');

test.each(shown)('lint refuses outside of extension/src/platform: %s', (_statement, outside, inside) => {
  const refusal = /no-restricted-(?:properties|imports)/;
  expect(saidOf(outside)).toMatch(refusal);
  expect(saidOf(inside)).not.toMatch(refusal);
});

test.each(refused)('lint refuses a file in %s that imports %s', (_folder, _imported, path) => {
  expect(saidOf(path)).toContain('no-restricted-imports');
});

test.each(allowed)('lint lets a file in %s write: %s', (_folder, _statement, path) => {
  expect(saidOf(path), 'the probe is looked at').toContain('no-unused-vars');
  expect(saidOf(path)).not.toContain('no-restricted-imports');
});

test('lint refuses a test that can wait for a time', () => {
  expect(saidOf(waiting)).toContain('no-restricted-imports');
});

test.each(circles)('lint refuses files that import each other by `%s`', (_word, path) => {
  expect(saidOf(path)).toContain('no-cycle');
});

/** What oxlint says, with the project's own rules, about files by path. */
async function lintFiles(files: Readonly<Record<string, string>>): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'flotilla-lint-'));
  try {
    await copyFile(join(root, '.oxlintrc.json'), join(project, '.oxlintrc.json'));
    for (const [path, content] of Object.entries(files)) {
      const file = join(project, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    const oxlint = spawn(join(root, 'node_modules', '.bin', 'oxlint'), ['--format=unix', '.'], {
      cwd: project,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = await Promise.all([text(oxlint.stdout), once(oxlint, 'close')]);
    return output;
  } finally {
    await rm(project, { recursive: true, force: true });
  }
}
