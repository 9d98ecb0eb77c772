/**
 * `npm run check`: every static check at once, and for each one that fails the command that repairs it.
 * Exits 1 when any of them fails.
 */
import { spawn } from 'node:child_process';

interface Check {
  readonly name: string;
  readonly command: readonly string[];
  /** What to do when it fails. */
  readonly repair: string;
}

const checks: readonly Check[] = [
  { name: 'format', command: ['oxfmt', '--check'], repair: 'npm run fix' },
  {
    name: 'lint',
    command: ['oxlint', '--type-aware', '--deny-warnings'],
    repair: 'npm run fix, then by hand',
  },
  {
    name: 'unused',
    command: ['knip'],
    repair: 'delete what is unused, or name its entry point in knip.json',
  },
  {
    name: 'dependencies',
    command: ['node', 'scripts/checkDependencies.ts'],
    repair: 'take another package, or let a person decide and write it into scripts/dependencies/policy.ts',
  },
  {
    name: 'docs',
    command: ['node', 'scripts/checkDocs.ts'],
    repair: 'say it in docs/, and put each decision under its topic in docs/decisions/README.md',
  },
  { name: 'types', command: ['tsc', '-b', '--pretty'], repair: 'by hand: npx tsc -b' },
];

interface Result {
  readonly check: Check;
  readonly ok: boolean;
  readonly output: string;
  readonly seconds: number;
}

function runCheck(check: Check): Promise<Result> {
  const started = performance.now();
  const [program = '', ...args] = check.command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ check, ok: code === 0, output, seconds: (performance.now() - started) / 1000 }),
    );
  });
}

const results = await Promise.all(checks.map(runCheck));
for (const result of results) {
  console.log(`${result.ok ? 'ok  ' : 'FAIL'} ${result.check.name} (${result.seconds.toFixed(1)} s)`);
  if (!result.ok) console.log(`${result.output.trimEnd()}\n  repair: ${result.check.repair}\n`);
}
process.exitCode = results.every((result) => result.ok) ? 0 : 1;
