import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { feed } from './feed.ts';
import type { LaunchOptions } from './launched.ts';
import { launch } from './launcher.ts';
import { untilEnded } from './untilEnded.ts';

const env = { PATH: '/usr/local/bin:/usr/bin:/bin' };

async function sh(script: string, options: Partial<LaunchOptions> = {}) {
  const program = await launch('sh', ['-c', script], { env, ...options });
  const output = text(program.output);
  const ended = await untilEnded(program, output, options.signal);
  return { ...ended, output: await output };
}

/** Runs a program that cannot be started, to whatever end. */
async function tryToLaunch(
  command: string,
  args: readonly string[],
  options: Partial<LaunchOptions>,
): Promise<void> {
  const program = await launch(command, args, { env, ...options });
  program.input?.end('never read');
  await untilEnded(program, text(program.output), options.signal);
}

test.each<[string, string, string[], Partial<LaunchOptions>, string]>([
  ['a NUL in an argument', 'echo', ['a\0b'], {}, 'argument 1 of echo has a NUL'],
  ['a NUL in its name', 'ec\0ho', [], {}, 'the name of the program has a NUL'],
  ['a NUL in its environment', 'echo', [], { env: { A: 'b\0' } }, 'the variable A of echo has a NUL'],
  ['a NUL in the name of a variable', 'echo', [], { env: { 'A\0': '' } }, 'of echo has a NUL'],
  ['no name', '', [], {}, "The argument 'file' cannot be empty"],
  ['an argument of 3 MB', 'echo', ['a'.repeat(3_000_000)], {}, 'E2BIG'],
  ['arguments of 8 MB', 'echo', Array.from({ length: 80 }, () => 'a'.repeat(100_000)), {}, 'E2BIG'],
  ['a program that is not there', 'no-such-program', [], {}, 'no-such-program'],
  ['a folder in the place of a program', '/usr', [], {}, 'EACCES'],
])('%s is an error of its launch, with and without input, each time', async (...row) => {
  const [, command, args, options, message] = row;
  for (let round = 0; round < 4; round += 1) {
    const takesInput = round % 2 === 0;
    await expect(tryToLaunch(command, args, { ...options, takesInput })).rejects.toThrow(message);
  }
});

test('the next program runs after launches that failed', async () => {
  const failed = Array.from({ length: 30 }, () => tryToLaunch('', [], { takesInput: true }));
  expect((await Promise.allSettled(failed)).every(({ status }) => status === 'rejected')).toBe(true);
  expect((await sh('echo next')).output).toBe('next\n');
});

test('a program that takes no notice of being asked to end is ended after its grace', async () => {
  const aborted = new AbortController();
  const program = await launch('sh', ['-c', "trap '' TERM; echo begun; while :; do sleep 1; done"], {
    env,
    graceMs: 100,
    signal: aborted.signal,
  });
  await once(program.output, 'readable');
  aborted.abort();
  await expect(untilEnded(program, text(program.output), aborted.signal)).rejects.toThrow('was ended');
  expect((await program.ended).exitCode).toBeNull();
});

test('what a program has started ends with it', async () => {
  await using folder = await temporaryFolder();
  const pidFile = join(folder.path, 'pid');
  const { exitCode } = await sh(`sleep 600 & echo $! >${pidFile}; exit 3`);
  expect(exitCode).toBe(3);
  const pid = (await readFile(pidFile, 'utf8')).trim();
  await expect.poll(() => isRunning(pid)).toBe(false);
});

test('an aborted program ends for its caller also when what it started keeps its output open', async () => {
  await using folder = await temporaryFolder();
  const pidFile = join(folder.path, 'pid');
  const script = `setsid sh -c 'echo $$ >${pidFile}; echo begun; exec sleep 600' & wait`;
  const aborted = new AbortController();
  const program = await launch('sh', ['-c', script], { env, graceMs: 100, signal: aborted.signal });
  await once(program.output, 'readable');
  aborted.abort();
  await expect(untilEnded(program, text(program.output), aborted.signal)).rejects.toThrow('was ended');
  process.kill(Number(await readFile(pidFile, 'utf8')));
});

test('a program that ends is not held up by a source that gives nothing, however soon it ends', async () => {
  const endings = Array.from({ length: 60 }, async () => {
    const program = await launch('true', [], { env, takesInput: true });
    const fed = feed(program.input, silent());
    return (await untilEnded(program, Promise.all([text(program.output), fed]))).exitCode;
  });
  expect(new Set(await Promise.all(endings))).toEqual(new Set([0]));
});

test('a program that ends at once does not mind what it would have been given', async () => {
  const endings = Array.from({ length: 60 }, async (_, index) => {
    const program = await launch('true', [], { env, takesInput: true });
    const fed = feed(program.input, 'x'.repeat(index * 10_000));
    return (await untilEnded(program, Promise.all([text(program.output), fed]))).exitCode;
  });
  expect(new Set(await Promise.all(endings))).toEqual(new Set([0]));
});

test('a source that fails is heard, and ends its program', async () => {
  const program = await launch('cat', [], { env, takesInput: true });
  const fed = feed(program.input, broken());
  await expect(untilEnded(program, Promise.all([text(program.output), fed]))).rejects.toThrow('broken');
});

test.runIf(process.platform === 'linux')('a program gets no more memory than it may', async () => {
  const script = 'ulimit -d; head -c 300m /dev/zero | tail -c 200m | wc -c';
  const held = await sh(script, { memoryBytes: 64 * 1024 * 1024 });
  expect(held.output).toMatch(/^65536\n/);
  expect(held.stderr).toMatch(/memory exhausted|Cannot allocate/i);
  const size = `${200 * 1024 * 1024}\n`;
  expect(await sh(script)).toMatchObject({ output: `1048576\n${size}`, stderr: '' });
  const free = await sh(script, { memoryBytes: 2 * 1024 ** 3 });
  expect(free).toMatchObject({ output: `2097152\n${size}`, stderr: '' });
});

test('a program with a memory limit has its arguments to the letter, and its exit code', async () => {
  const args = ['-c', 'printf "%s|" "$@"; exit 7', 'sh', 'a b', '', "'", '$HOME', '-x', 'ü\n'];
  const program = await launch('sh', args, { env, memoryBytes: 64 * 1024 * 1024 });
  expect(await text(program.output)).toBe("a b||'|$HOME|-x|ü\n|");
  expect((await program.ended).exitCode).toBe(7);
});

async function* silent(): AsyncGenerator<Uint8Array> {
  await new Promise<never>(() => undefined);
  yield new Uint8Array();
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('part');
  throw new Error('broken');
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'launcher-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** One that has ended and that nobody has asked for its end yet (Z) does not run. */
async function isRunning(pid: string): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return /^State:\s+[^ZX]/m.test(status);
}
