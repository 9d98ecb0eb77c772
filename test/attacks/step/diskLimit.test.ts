import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { noticesOf, readLog } from '../../support/logs.ts';
import { mountsBelow } from '../../support/temporaryFolder.ts';
import { waitFor } from '../../support/waitFor.ts';
import { attackedRunners, type AttackedRunner, type EndedJob } from '../support/attackedRunner.ts';
import type { Lanes } from '../support/lanes.ts';
import { withinBounds } from '../support/withinBounds.ts';

const mebibyte = 1024 * 1024;
const limitMib = 100;
const resources = { memory: '256m', disk: `${limitMib}m` };
/** What a work tree's disk may take beyond its limit (sandbox/loopDisk.ts). */
const mostMib = limitMib * 1.1 + 24;
/** Looks at the work tree, at the container and at what is kept, beside git. */
const programs = 4;

let lanes: Lanes<AttackedRunner>;
beforeAll(async () => {
  const target = await attackedRunners({ env: { FLOTILLA_STOP_GRACE_MS: '500' } });
  ({ lanes } = target);
  return () => target[Symbol.asyncDispose]();
});

/** Runs a Step, and looks all the while how much the disks of work trees take, in MiB. */
async function runWatched(
  target: AttackedRunner,
  script: string,
  more: Readonly<Record<string, unknown>> = {},
) {
  let over = false;
  const running = target.runStep(script, { resources, ...more }).finally(() => (over = true));
  running.catch(() => undefined);
  let takenMib = 0;
  const look = async () => {
    for (const mounted of await mountsBelow(target.runner.stateFolder)) {
      const image = await stat(join(mounted, '..', 'disk')).catch(() => undefined);
      takenMib = Math.max(takenMib, ((image?.blocks ?? 0) * 512) / mebibyte);
    }
    return over;
  };
  await waitFor('the Job to end', look, { timeoutMs: 120_000 });
  return { ...(await running), takenMib };
}

async function noticesOfLast({ attacked }: AttackedRunner, { attempts }: EndedJob): Promise<string> {
  return noticesOf(await readLog(attacked.client, attempts.at(-1)?.id ?? 0));
}

const outOfDisk = { kind: 'failed', outOfDisk: true, outOfMemory: false };
const wrote = /the job has written [\d.]+ [MG]iB to disk, and may write 100 MiB; it is stopped/;
const made =
  /the job has made [\d,]+ files and folders, and may make 25,600 with 100 MiB of disk; it is stopped/;
const endless = 'cat /dev/zero';

test.concurrent.each([
  ['without an end', `${endless} > large`, wrote],
  ['without an end, and goes on when the disk is full', `while :; do ${endless} > large; done`, wrote],
  ['and says that it succeeded', `${endless} > large; true`, wrote],
  ['by a program that is not the first', `(${endless} > large) & wait; true`, wrote],
  ['into a file that has no name any more', `exec 3> large; rm large; ${endless} >&3; sleep 20`, wrote],
  [
    'into ten files that have no names any more',
    `for i in 0 1 2 3 4 5 6 7 8 9; do (exec 3> f$i; rm f$i; ${endless} >&3; sleep 20) & done; wait`,
    wrote,
  ],
  ['by eight programs at once', `for i in 1 2 3 4 5 6 7 8; do ${endless} > f$i & done; wait; true`, wrote],
  [
    'into a file without content that gets some',
    'truncate -s 3G large; dd if=/dev/zero of=large bs=1M conv=notrunc; true',
    wrote,
  ],
  ['by setting blocks aside', 'fallocate -l 1G large; fallocate -l 90M a; fallocate -l 30M b; true', wrote],
  ['into its repository', `${endless} > .git/objects/large; true`, wrote],
  ['into what .gitignore leaves out', `echo large > .gitignore; ${endless} > large; true`, wrote],
  ['in files without content', 'seq 100000 | xargs touch; true', made],
  ['in FIFOs', 'seq 100000 | xargs mkfifo; true', made],
  ['in folders', "perl -e 'mkdir $_ for 1..100000'", /the job has (written|made)/],
  ['in links', 'perl -e \'symlink "x", $_ for 1..100000\'', made],
])('a Step that fills its work tree %s takes no more than its limit', (_what, script, notice) =>
  lanes.use(async (target) => {
    const ended = await withinBounds(target, () => runWatched(target, script), { programs });
    expect(ended.job.outcome).toMatchObject({ ...outOfDisk, step: 0 });
    expect(await noticesOfLast(target, ended)).toMatch(notice);
    expect(ended.attempts).toHaveLength(1);
    expect(ended.takenMib).toBeGreaterThan(0);
    expect(ended.takenMib).toBeLessThanOrEqual(mostMib);
  }),
);

test.concurrent.each([
  ['in its own files', `${endless} | head -c 2G > /var/large; sleep 20`, '/elsewhere', wrote],
  ['in /tmp', `${endless} | head -c 2G > /tmp/large; sleep 20`, '/elsewhere', wrote],
  [
    'in a file of its own that has no name any more',
    `exec 3> /var/large; rm /var/large; ${endless} | head -c 2G >&3; sleep 20`,
    '/elsewhere',
    wrote,
  ],
  [
    'in files of its own without content',
    `cd /var; perl -e 'for (1..40000) {open F, ">$_"}'; sleep 20`,
    '/elsewhere',
    made,
  ],
  ['in a folder that is kept', `${endless} | head -c 2G > /cache/large; sleep 20`, '/cache', wrote],
])('a container that writes %s is stopped at a look', (_what, script, cacheDir, notice) =>
  lanes.use(async (target) => {
    const steps = [{ type: 'command', args: ['sh', '-c', script], cacheDirs: [cacheDir] }];
    const ended = await withinBounds(target, () => runWatched(target, script, { steps }), { programs });
    expect(ended.job.outcome).toMatchObject(outOfDisk);
    expect(await noticesOfLast(target, ended)).toMatch(notice);
  }),
);

test.concurrent.each([
  ['files that it removed again', `for i in 1 2 3; do ${endless} | head -c 80M > large; rm large; done`],
  ['to memory, where its memory ends', `${endless} > /dev/shm/large; true`],
  ['to a kept folder what was there before', ': > /cache/x'],
])('a Step that wrote %s has written nothing', (_what, script) =>
  lanes.use(async (target) => {
    const steps = [{ type: 'command', args: ['sh', '-c', script], cacheDirs: ['/cache'] }];
    const { job, takenMib } = await withinBounds(target, () => runWatched(target, script, { steps }), {
      programs,
    });
    expect(job.outcome).toEqual({ kind: 'succeeded' });
    expect(takenMib).toBeLessThanOrEqual(mostMib);
  }),
);

test.concurrent('what several Steps write counts together', () =>
  lanes.use(async (target) => {
    const steps = [1, 2].map((n) => ({
      type: 'command',
      args: ['sh', '-c', `${endless} | head -c 60M > large${n}`],
    }));
    const { job } = await withinBounds(target, () => runWatched(target, '', { steps }), { programs });
    expect(job.outcome).toMatchObject({ ...outOfDisk, step: 1 });
  }));

test('no disk of a work tree is left', async () => {
  for (const { runner } of lanes.all) expect(await mountsBelow(runner.stateFolder)).toEqual([]);
});
