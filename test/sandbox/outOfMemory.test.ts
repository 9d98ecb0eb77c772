import Docker from 'dockerode';
import { expect, test } from 'vitest';
import { ranOutOfMemory, type EndedContainer } from '../../runner/src/sandbox/container/outOfMemory.ts';
import { testImage } from '../support/deployment.ts';

const docker = new Docker();

/** Runs a program with 64 MiB of memory to its end; what the engine says of it, had it heard of the exit first. */
async function ended(command: readonly string[]): Promise<EndedContainer & AsyncDisposable> {
  const memory = 64 * 1024 * 1024;
  const container = await docker.createContainer({
    Image: testImage,
    Cmd: [...command],
    HostConfig: { Memory: memory, MemorySwap: memory, Init: true },
  });
  const exit = container.wait({ condition: 'next-exit' });
  await container.start();
  await exit;
  const info = await container.inspect();
  return {
    info: { ...info, State: { ...info.State, OOMKilled: false } },
    // Long ago: whatever the engine has to say is there.
    endedForMs: Infinity,
    stoppedByUs: false,
    signal: AbortSignal.timeout(30_000),
    [Symbol.asyncDispose]: async () => void (await container.remove({ force: true })),
  };
}

test('a program that the kernel killed for want of memory is known by the event, where the state does not say it', async () => {
  await using container = await ended(['perl', '-e', '$x = "y" x 400_000_000']);
  expect(container.info.State.ExitCode).toBe(137);
  expect(await ranOutOfMemory(docker, container)).toBe(true);
});

test('a program that succeeded although the kernel killed a part of it ran out of memory', async () => {
  await using container = await ended(['sh', '-c', `(perl -e '$x = "y" x 400_000_000'); true`]);
  expect(container.info.State.ExitCode).toBe(0);
  expect(await ranOutOfMemory(docker, container)).toBe(true);
});

test('a program that succeeded within its memory did not run out of it', async () => {
  await using container = await ended(['true']);
  expect(await ranOutOfMemory(docker, { ...container, endedForMs: 0 })).toBe(false);
});

test('a program that was killed by somebody else did not run out of memory', async () => {
  await using container = await ended(['sh', '-c', 'kill -9 $$']);
  expect(container.info.State.ExitCode).toBe(137);
  expect(await ranOutOfMemory(docker, container)).toBe(false);
});
