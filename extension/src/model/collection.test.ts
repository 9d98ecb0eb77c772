import type { Page } from '@flotilla/shared/protocol/liveRows';
import type { AttemptView, ExecutionView, JobView } from '@flotilla/shared/views';
import { noJobs } from '@flotilla/shared/lifecycle/executionState';
import { describe, expect, test } from 'vitest';
import { aJob, anAttempt, anExecution } from './builders.ts';
import { Collection } from './collection.ts';
import { liveAttempts } from './liveAttempts.ts';
import { liveExecutions } from './liveExecutions.ts';
import { liveJobs } from './liveJobs.ts';
import type { KeyedRow, RowKind } from './liveKind.ts';
import type { RowChanges } from './rowChanges.ts';

/** A service that has these rows, and answers when the test says so. */
class Source<Row extends KeyedRow> {
  rows: readonly Row[];
  readonly asked: (readonly unknown[])[] = [];
  #gate = Promise.resolve();
  readonly #listOf: (row: Row) => number | undefined;

  constructor(rows: readonly Row[], listOf: (row: Row) => number | undefined) {
    this.rows = rows;
    this.#listOf = listOf;
  }

  /** From now on answers wait for what is returned to be called. They have what there is when they were asked. */
  pause(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }

  async list(of: number | undefined, after: number | undefined, limit: number): Promise<Page<Row>> {
    this.asked.push([of, after, limit]);
    const newestFirst = of === undefined;
    const all = this.rows
      .filter((row) => this.#listOf(row) === of)
      .filter(({ id }) => after === undefined || (newestFirst ? id < after : id > after));
    const rows = all.slice(0, limit);
    await this.#gate;
    return { rows, next: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
  }

  async get(ids: readonly number[]): Promise<readonly Row[]> {
    this.asked.push(['ids', ...ids]);
    const rows = this.rows.filter(({ id }) => ids.includes(id));
    await this.#gate;
    return rows;
  }
}

/** The collections of a window with what they told. */
function openWindow({
  executions = [],
  jobs = [],
  attempts = [],
}: {
  readonly executions?: readonly ExecutionView[];
  readonly jobs?: readonly JobView[];
  readonly attempts?: readonly AttemptView[];
} = {}) {
  const sources = {
    executions: new Source<ExecutionView>(executions, () => undefined),
    jobs: new Source<JobView>(jobs, (job) => job.executionId),
    attempts: new Source<AttemptView>(attempts, (attempt) => attempt.jobId),
  };
  const all: Collection<KeyedRow>[] = [];
  const settle = () => {
    for (const collection of all) collection.followParent();
    for (const collection of all) collection.tell();
  };
  const open = <Row extends KeyedRow>(
    kind: RowKind<Row>,
    source: Source<Row>,
    parent: Collection<KeyedRow> | undefined,
  ) => {
    const collection = new Collection(kind, source, parent, settle);
    all.push(collection as unknown as Collection<KeyedRow>);
    return collection;
  };
  const held = open(liveExecutions, sources.executions, undefined);
  const heldJobs = open(liveJobs, sources.jobs, held as unknown as Collection<KeyedRow>);
  const heldAttempts = open(liveAttempts, sources.attempts, heldJobs as unknown as Collection<KeyedRow>);
  const told: { [what: string]: RowChanges[] } = { executions: [], jobs: [], attempts: [] };
  held.onDidChange((changes) => told['executions']?.push(changes));
  heldJobs.onDidChange((changes) => told['jobs']?.push(changes));
  heldAttempts.onDidChange((changes) => told['attempts']?.push(changes));
  return {
    sources,
    executions: held,
    jobs: heldJobs,
    attempts: heldAttempts,
    /** What was told of a collection since this was asked last. */
    told: (of: 'executions' | 'jobs' | 'attempts') => told[of]?.splice(0) ?? [],
    hear(
      rows: {
        readonly executions?: readonly ExecutionView[];
        readonly jobs?: readonly JobView[];
        readonly attempts?: readonly AttemptView[];
      },
      gone: readonly number[] = [],
    ) {
      held.hear(rows.executions ?? [], gone);
      heldJobs.hear(rows.jobs ?? [], []);
      heldAttempts.hear(rows.attempts ?? [], []);
      settle();
    },
  };
}

/** Lets what was asked be answered, and what waits for it go on. */
const turn = () => new Promise((resolve) => setTimeout(resolve));
const range = (count: number, from = 1) => Array.from({ length: count }, (_, at) => at + from);

describe('the feed', () => {
  test('brings a new Execution, and only then the list is another', async () => {
    const window = openWindow();
    await window.executions.load();
    window.told('executions');
    window.hear({ executions: [anExecution({ id: 7 })] });
    expect(window.told('executions')[0]?.members.size).toBe(1);
    window.hear({ executions: [anExecution({ id: 7, state: 'succeeded' })] });
    expect(window.told('executions')).toMatchObject([{ rows: new Set([7]), members: new Set() }]);
    expect(window.executions.get(7)?.state).toBe('succeeded');
  });

  test('that says again what is held tells nobody', async () => {
    const window = openWindow({ executions: [anExecution({ id: 7 })] });
    await window.executions.load();
    window.told('executions');
    window.hear({ executions: [anExecution({ id: 7 })] });
    expect(window.told('executions')).toEqual([]);
  });

  test('brings Jobs of the Executions whose Jobs are held, and leaves the others', async () => {
    const window = openWindow({ jobs: [aJob({ id: 10 })] });
    await window.jobs.load(1);
    window.hear({ jobs: [aJob({ id: 10, state: 'failed' }), aJob({ id: 20, executionId: 2 })] });
    expect(window.jobs.get(10)?.state).toBe('failed');
    expect(window.jobs.get(20)).toBeUndefined();
    expect(window.jobs.rows(2)).toBeUndefined();
  });

  test('is heard by who asks for everything, also of rows that are not held', () => {
    const window = openWindow();
    const heard: string[] = [];
    window.attempts.onDidHear((attempts) => heard.push(...attempts.map(({ runner }) => runner)));
    window.hear({ attempts: [anAttempt({ jobId: 99, runner: 'there' })] });
    expect(heard).toEqual(['there']);
    expect(window.attempts.get(1)).toBeUndefined();
  });

  test('takes removed Executions away, with their Jobs and what was known of their Attempts', async () => {
    const running = aJob({ id: 10, currentAttemptId: 100 });
    const window = openWindow({
      executions: [anExecution({ id: 2 }), anExecution({ id: 1 })],
      jobs: [running],
    });
    await window.executions.load();
    await window.jobs.load(1);
    window.hear({ attempts: [anAttempt({ id: 100, jobId: 10 })] });
    expect(window.attempts.get(100)).toBeDefined();
    // They win over the rows beside them.
    window.hear({ executions: [anExecution({ id: 1 })], jobs: [running] }, [1, 9]);
    expect(window.executions.rows()?.map(({ id }) => id)).toEqual([2]);
    expect([window.jobs.rows(1), window.jobs.get(10), window.attempts.get(100)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('that names more Executions than are held leaves the newest', async () => {
    const window = openWindow();
    await window.executions.load();
    const { mostOfAList } = liveExecutions;
    window.hear({ executions: range(mostOfAList + 5).map((id) => anExecution({ id })) });
    const rows = window.executions.rows() ?? [];
    expect([rows.length, rows.at(-1)?.id, window.executions.get(5)]).toEqual([mostOfAList, 6, undefined]);
  });

  test('that names Executions beyond the part that was listed leaves them, until it is asked for', async () => {
    const window = openWindow({ executions: range(250).map((id) => anExecution({ id: 251 - id })) });
    const answer = window.sources.executions.pause();
    const loading = window.executions.load();
    await turn();
    window.hear({ executions: [anExecution({ id: 149 })] });
    answer();
    await loading;
    window.hear({ executions: [150, 151, 251].map((id) => anExecution({ id, state: 'failed' })) });
    expect(window.executions.rows()).toHaveLength(101);
    expect(range(3, 149).map((id) => window.executions.get(id)?.state)).toEqual([
      undefined,
      undefined,
      'failed',
    ]);
    await window.executions.loadMore();
    expect(window.executions.get(149)?.id).toBe(149);
  });

  test.each([5, 5000])(
    'that names %i more than are held while they are listed leaves the newest',
    async (more) => {
      const { mostOfAList } = liveExecutions;
      const all = range(mostOfAList + more).map((id) => anExecution({ id }));
      const window = openWindow({ executions: all.slice(0, 1) });
      const answer = window.sources.executions.pause();
      const loading = window.executions.load();
      await turn();
      for (let from = 0; from < all.length; from += 100) {
        window.hear({ executions: all.slice(from, from + 100) });
      }
      answer();
      await loading;
      expect(window.executions.rows()?.length).toBeLessThanOrEqual(mostOfAList);
      expect(window.executions.get(more)).toBeUndefined();
    },
  );
});

describe('a list', () => {
  test('is asked for in pages, until there is no more', async () => {
    const window = openWindow({ jobs: range(2500).map((id) => aJob({ id })) });
    const jobs = await window.jobs.load(1);
    expect(jobs.map(({ id }) => id)).toEqual(range(2500));
    expect(window.sources.jobs.asked).toEqual([
      [1, undefined, 1000],
      [1, 1000, 1000],
      [1, 2000, 1000],
    ]);
  });

  test('that is held is not asked for again', async () => {
    const window = openWindow({ jobs: [aJob()] });
    await Promise.all([window.jobs.load(1), window.jobs.load(1)]);
    await window.jobs.load(1);
    expect(window.sources.jobs.asked).toHaveLength(1);
  });

  test('without an end is not followed for ever', async () => {
    const window = openWindow();
    window.sources.jobs.list = async (_of, after = 0) => ({
      rows: [aJob({ id: after + 1 })],
      next: after + 1,
    });
    expect(await window.jobs.load(1)).toHaveLength(1000);
  });

  test('of Executions has a part at first, and more where somebody asks', async () => {
    const window = openWindow({ executions: range(250).map((id) => anExecution({ id: 251 - id })) });
    expect(await window.executions.load()).toHaveLength(100);
    expect(window.executions.hasMore()).toBe(true);
    await window.executions.loadMore();
    await window.executions.loadMore();
    expect(window.executions.rows()).toHaveLength(250);
    expect(window.executions.hasMore()).toBe(false);
  });

  test('has more where somebody asks while it is asked for', async () => {
    const window = openWindow({ executions: range(250).map((id) => anExecution({ id: 251 - id })) });
    const answer = window.sources.executions.pause();
    const loading = window.executions.load();
    await turn();
    const more = window.executions.loadMore();
    answer();
    await Promise.all([loading, more]);
    expect(window.executions.rows()).toHaveLength(200);
  });

  test('does not undo what the feed said while it was asked for', async () => {
    const window = openWindow({ jobs: [aJob({ id: 5 }), aJob({ id: 6 })] });
    const answer = window.sources.jobs.pause();
    const loading = window.jobs.load(1);
    await turn();
    window.hear({ jobs: [aJob({ id: 5, state: 'succeeded' })] });
    answer();
    expect((await loading).map(({ state }) => state)).toEqual(['succeeded', 'running']);
  });

  test('brings nothing back that was removed while it was asked for', async () => {
    const window = openWindow({ executions: [anExecution({ id: 2 }), anExecution({ id: 1 })] });
    const answer = window.sources.executions.pause();
    const loading = window.executions.load();
    await turn();
    window.hear({}, [1]);
    answer();
    expect((await loading).map(({ id }) => id)).toEqual([2]);
  });

  test('that says what is held tells that it has come, and of no row', async () => {
    const window = openWindow({ jobs: [aJob({ id: 5 })] });
    await window.jobs.load(1);
    window.told('jobs');
    await window.jobs.refresh(1);
    expect(window.told('jobs')).toMatchObject([
      { listed: new Set([1]), rows: new Set(), members: new Set(), lists: new Set() },
    ]);
  });

  test('that says something else tells which rows, and whether the list is another', async () => {
    const window = openWindow({ jobs: [aJob({ id: 5 }), aJob({ id: 6 })] });
    await window.jobs.load(1);
    window.told('jobs');
    window.sources.jobs.rows = [aJob({ id: 5, state: 'failed' }), aJob({ id: 7 })];
    await window.jobs.refresh(1);
    expect(window.told('jobs')).toMatchObject([{ rows: new Set([5]), members: new Set([1]) }]);
    expect([window.jobs.get(6), window.jobs.get(7)?.id]).toEqual([undefined, 7]);
  });

  test('that was asked for before the feed left something out is asked for again', async () => {
    const window = openWindow({ jobs: [aJob({ id: 5 })] });
    const hold = window.jobs.hold(1);
    const answer = window.sources.jobs.pause();
    const loading = window.jobs.load(1);
    await turn();
    window.jobs.outdate();
    window.sources.jobs.rows = [aJob({ id: 5, state: 'failed' })];
    answer();
    expect((await loading).map(({ state }) => state)).toEqual(['failed']);
    hold.dispose();
  });

  test('of another service than the one that is meant now is not taken', async () => {
    const window = openWindow({ jobs: [aJob({ id: 5 })] });
    const answer = window.sources.jobs.pause();
    const loading = window.jobs.load(1);
    await turn();
    window.jobs.clear();
    answer();
    expect(await loading).toEqual([]);
    expect(window.jobs.rows(1)).toBeUndefined();
  });

  test('is asked for again when its Execution has got Jobs', async () => {
    const window = openWindow({ executions: [anExecution({ state: 'resolving', counts: noJobs })] });
    await window.executions.load();
    expect(await window.jobs.load(1)).toEqual([]);
    window.sources.jobs.rows = [aJob({ id: 5 }), aJob({ id: 6 })];
    const counts = { ...noJobs, queued: 2 };
    window.hear({ executions: [anExecution({ state: 'queued', counts })] });
    await turn();
    expect(window.jobs.rows(1)).toHaveLength(2);
    // Who may not see all of them does not ask again and again.
    window.hear({ executions: [anExecution({ counts: { ...noJobs, queued: 1, running: 1 } })] });
    await turn();
    expect(window.sources.jobs.asked).toHaveLength(2);
  });
});

describe('memory', () => {
  const manyJobs = (executions: number, each: number) =>
    range(executions).flatMap((executionId) =>
      range(each, executionId * 100_000).map((id) => aJob({ id, executionId, state: 'queued' })),
    );

  test('lists that nobody holds go, those that were used longest ago first', async () => {
    const window = openWindow({ jobs: manyJobs(30, 1) });
    for (const executionId of range(30)) await window.jobs.load(executionId);
    const held = range(30).filter((executionId) => window.jobs.rows(executionId) !== undefined);
    expect(held).toEqual(range(20, 11));
    expect(window.jobs.get(100_000)).toBeUndefined();
  });

  test('few lists of many rows go as well, but none that somebody holds', async () => {
    const window = openWindow({ jobs: manyJobs(4, 10_000) });
    const hold = window.jobs.hold(1);
    for (const executionId of range(4)) await window.jobs.load(executionId);
    const held = () => range(4).filter((executionId) => window.jobs.rows(executionId) !== undefined);
    expect(held()).toEqual([1, 3, 4]);
    window.told('jobs');
    hold.dispose();
    // It was used last.
    expect(held()).toEqual([1, 4]);
    expect(window.told('jobs')).toMatchObject([{ dropped: new Set([3]) }]);
  });

  test('a list of more rows than are kept is had all the same, and stays until another one is used', async () => {
    const window = openWindow({ jobs: [...manyJobs(1, 25_000), aJob({ id: 1, executionId: 2 })] });
    expect(await window.jobs.load(1)).toHaveLength(25_000);
    expect(window.jobs.rows(1)).toHaveLength(25_000);
    await window.jobs.load(2);
    expect([window.jobs.rows(1), window.jobs.rows(2)?.length]).toEqual([undefined, 1]);
  });

  test('lists that are asked for at once are had, however long they are together', async () => {
    const window = openWindow({ jobs: manyJobs(3, 15_000) });
    const lists = await Promise.all(range(3).map((executionId) => window.jobs.load(executionId)));
    expect(lists.map(({ length }) => length)).toEqual([15_000, 15_000, 15_000]);
  });

  test('a list stays while something is done with its rows', async () => {
    const window = openWindow({ jobs: manyJobs(2, 25_000) });
    const during = await window.jobs.whileHeld(1, async () => {
      await window.jobs.load(2);
      return window.jobs.rows(1)?.length;
    });
    expect([during, window.jobs.rows(1)?.length, window.jobs.rows(2)]).toEqual([25_000, 25_000, undefined]);
  });

  test('a list that the feed leaves out something of stays only where somebody holds it', async () => {
    const window = openWindow({ jobs: manyJobs(2, 3) });
    window.jobs.hold(1);
    await window.jobs.load(1);
    await window.jobs.load(2);
    window.jobs.outdate();
    await turn();
    expect([window.jobs.rows(1)?.length, window.jobs.rows(2)]).toEqual([3, undefined]);
    expect(window.told('jobs').some(({ isOutdated }) => isOutdated)).toBe(true);
  });
});

describe('the current Attempt of a Job that runs', () => {
  const running = aJob({ id: 10, currentAttemptId: 100 });
  const attempt = anAttempt({ id: 100, jobId: 10 });

  test('is held with the Job, and goes when the Job has ended', async () => {
    const window = openWindow({ jobs: [{ ...running, state: 'queued', currentAttemptId: null }] });
    await window.jobs.load(1);
    window.hear({ jobs: [running], attempts: [attempt] });
    expect(window.attempts.get(100)).toBe(attempt);
    window.hear({
      jobs: [{ ...running, state: 'succeeded' }],
      attempts: [{ ...attempt, state: 'succeeded', endedAt: 2000 }],
    });
    expect(window.attempts.get(100)).toBeUndefined();
  });

  test('is asked for with those of all others, when the Jobs are listed', async () => {
    const jobs = range(1500).map((id) => aJob({ id, currentAttemptId: id }));
    const attempts = range(1500).map((id) => anAttempt({ id, jobId: id }));
    const window = openWindow({ jobs, attempts });
    await window.jobs.load(1);
    await turn();
    expect(window.attempts.get(1500)?.jobId).toBe(1500);
    expect(window.sources.attempts.asked.map((ids) => ids.length - 1)).toEqual([1000, 500]);
  });

  test('stays when the list of Attempts of its Job goes, and goes with the Jobs', async () => {
    const window = openWindow({
      jobs: [running, ...range(20, 2).map((id) => aJob({ id, executionId: id }))],
      attempts: [attempt],
    });
    await window.jobs.load(1);
    await window.attempts.load(10);
    for (const jobId of range(21, 1000)) await window.attempts.load(jobId);
    expect(window.attempts.rows(10)).toBeUndefined();
    expect(window.attempts.get(100)?.jobId).toBe(10);
    for (const executionId of range(20, 2)) await window.jobs.load(executionId);
    expect(window.jobs.rows(1)).toBeUndefined();
    expect(window.attempts.get(100)).toBeUndefined();
  });
});

test('a row that is put is shown, and what the feed says of it then wins', async () => {
  const window = openWindow({ jobs: [aJob({ id: 5, included: true })] });
  await window.jobs.load(1);
  window.jobs.put(aJob({ id: 5, included: false }));
  expect(window.told('jobs').at(-1)?.rows).toEqual(new Set([5]));
  window.hear({ jobs: [aJob({ id: 5, included: true })] });
  expect(window.jobs.get(5)?.included).toBe(true);
});

test('an Execution beyond the part that was listed stays when it is put, for as long as there is one', async () => {
  const all = range(250).map((id) => anExecution({ id: 251 - id }));
  const window = openWindow({ executions: all });
  // One is put before there is a list.
  window.executions.put(anExecution({ id: 4 }));
  await window.executions.load();
  window.executions.put(anExecution({ id: 5 }));
  const oldest = () => window.executions.rows()?.slice(100);
  expect(oldest()).toMatchObject([{ id: 5 }, { id: 4 }]);
  window.hear({ executions: [anExecution({ id: 5, state: 'failed' })] });
  expect(oldest()).toMatchObject([{ state: 'failed' }, { id: 4 }]);
  window.sources.executions.rows = [...all.slice(0, -5), anExecution({ id: 5, state: 'cancelled' })];
  await window.executions.refresh();
  expect(oldest()).toMatchObject([{ id: 5, state: 'cancelled' }]);
  window.hear({}, [5]);
  await window.executions.refresh();
  expect(oldest()).toEqual([]);
});
