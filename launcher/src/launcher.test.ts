import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkedOutput } from './checkedOutput.ts';
import { launch } from './launcher.ts';
import { untilEnded } from './untilEnded.ts';

const env = { PATH: '/usr/local/bin:/usr/bin:/bin' };

async function sh(script: string, signal?: AbortSignal) {
  const program = await launch('sh', ['-c', script], { env, signal });
  const output = text(program.output);
  const ended = await untilEnded(program, output, signal);
  return { ...ended, output: await output };
}

test('a program’s output, its errors and its exit code come back', async () => {
  expect(await sh('echo out; echo err >&2; exit 3')).toEqual({
    output: 'out\n',
    stderr: 'err\n',
    exitCode: 3,
  });
});

test('a program has the environment that it is given, and no other', async () => {
  const program = await launch('/usr/bin/env', [], { env: { ONLY: 'this' } });
  expect(await text(program.output)).toBe('ONLY=this\n');
});

test('bytes go through a program as they are, in both directions at once', async () => {
  const bytes = Buffer.alloc(5_000_000, 'every\0byte\r\n\xff');
  const program = await launch('cat', [], { env, takesInput: true });
  program.input?.end(bytes);
  const output = await buffer(program.output);
  expect(output.equals(bytes)).toBe(true);
  expect(await program.ended).toEqual({ exitCode: 0, stderr: '' });
});

test('a program that takes no input reads its end', async () => {
  const program = await launch('cat', [], { env });
  expect(await text(program.output)).toBe('');
});

test('of what a program writes to its standard error the end is kept', async () => {
  const { stderr } = await sh('head -c 1000000 /dev/zero | tr "\\0" x >&2; echo end >&2');
  expect(stderr).toHaveLength(64 * 1024);
  expect(stderr).toMatch(/xend\n$/);
});

test('many programs at once keep their streams apart', async () => {
  const numbers = Array.from({ length: 40 }, (_, index) => String(index));
  const outputs = await Promise.all(numbers.map(async (number) => (await sh(`echo ${number}`)).output));
  expect(outputs).toEqual(numbers.map((number) => `${number}\n`));
});

test('a program that is not there is an error that names it', async () => {
  // Whichever comes first, its streams or the news.
  const ended = launch('no-such-program', [], { env }).then((program) =>
    untilEnded(program, buffer(program.output)),
  );
  await expect(ended).rejects.toThrow('no-such-program');
});

test('an aborted program has ended when its caller hears of it', async () => {
  const aborted = new AbortController();
  const program = await launch('sh', ['-c', 'echo begun; exec sleep 600'], { env, signal: aborted.signal });
  await once(program.output, 'readable');
  aborted.abort('enough');
  const ended = untilEnded(program, text(program.output), aborted.signal);
  await expect(ended).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' });
  expect(await program.ended).toEqual({ exitCode: null, stderr: '' });
});

test('a program whose signal was aborted before does not run', async () => {
  await expect(sh('exit 0', AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
});

test('reading that fails ends the program', async () => {
  const program = await launch('yes', [], { env });
  const tooMuch = Promise.reject(new Error('too much'));
  await expect(untilEnded(program, tooMuch)).rejects.toThrow('too much');
  expect((await program.ended).exitCode).toBeNull();
});

test('output that is checked ends as what the program wrote, or fails as the program did', async () => {
  const read = async (script: string) => {
    const program = await launch('sh', ['-c', script], { env });
    return text(
      checkedOutput(program, ({ exitCode }) => (exitCode === 0 ? undefined : new Error(`exit ${exitCode}`))),
    );
  };
  expect(await read('echo whole')).toBe('whole\n');
  await expect(read('echo part; exit 3')).rejects.toThrow('exit 3');
});

test('a program that takes a while to end after its output is not hurried', async () => {
  const script = "trap 'exit 3' TERM; echo whole; exec >&-; sleep 0.2; exit 0";
  const program = await launch('sh', ['-c', script], { env });
  const checked = checkedOutput(program, ({ exitCode }) =>
    exitCode === 0 ? undefined : new Error(`exit ${exitCode}`),
  );
  expect(await text(checked)).toBe('whole\n');
});

test('output that is checked ends its program when nobody reads on', async () => {
  const program = await launch('sh', ['-c', 'echo begun; exec sleep 600'], { env });
  const output = checkedOutput(program, () => undefined);
  await once(output, 'readable');
  output.destroy();
  expect((await program.ended).exitCode).toBeNull();
});

test('a launcher that is killed fails what runs, and the next program runs all the same', async () => {
  const program = await launch('sh', ['-c', 'echo $PPID; exec sleep 600'], { env });
  const [line] = (await once(program.output, 'data')) as [Buffer];
  process.kill(Number(line), 'SIGKILL');
  await expect(program.ended).rejects.toThrow('The process that starts programs has ended (SIGKILL)');
  expect((await sh('echo again')).output).toBe('again\n');
});

test('a launcher ends with its process, ends what runs, and leaves no folder', async () => {
  await using folder = await temporaryFolder();
  const owner = startOwner(`sh', ['-c', 'echo $$; exec sleep 600'`, folder.path);
  const [line] = (await once(owner.stdout, 'data')) as [Buffer];
  owner.kill('SIGKILL');
  await expect.poll(() => isRunning(Number(line))).toBe(false);
  await expect.poll(() => readdir(folder.path)).toEqual([]);
});

test('a process that has nothing else to do ends although it has launched', async () => {
  await using folder = await temporaryFolder();
  const owner = startOwner(`echo', ['done'`, folder.path);
  const [output, [exitCode]] = await Promise.all([text(owner.stdout), once(owner, 'close')]);
  expect([output, exitCode]).toEqual(['done\n', 0]);
  await expect.poll(() => readdir(folder.path)).toEqual([]);
});

/** A process that launches a program and hands its output on. */
function startOwner(program: string, temporary: string) {
  const script = `
    import { launch } from '${fileURLToPath(new URL('launcher.ts', import.meta.url))}';
    const { output } = await launch('${program}], { env: ${JSON.stringify(env)} });
    output.pipe(process.stdout);`;
  return spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    env: { TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'launcher-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** One that has ended and that nobody has asked for its end yet (Z) does not run. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return /^State:\s+[^ZX]/m.test(status);
}
