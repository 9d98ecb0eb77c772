/**
 * What an editor does with a service, as a process of its own that can be watched: the extension's connection, model,
 * contents and logs, without VS Code. Started by {@link startEditor}; does one task for each message and answers with
 * what came of it.
 */
import { messageOf } from '@flotilla/shared/errors';
import { Connection } from '../../../extension/src/connection/connection.ts';
import { programAt } from '../../../extension/src/connection/programAt.ts';
import { parseServerAddress } from '../../../extension/src/connection/serverAddress.ts';
import { readAttemptLog } from '../../../extension/src/attempts/readAttemptLog.ts';
import { liveAttempts } from '../../../extension/src/model/liveAttempts.ts';
import { liveExecutions } from '../../../extension/src/model/liveExecutions.ts';
import { liveJobs } from '../../../extension/src/model/liveJobs.ts';
import { liveQueue } from '../../../extension/src/model/liveQueue.ts';
import { liveRunners } from '../../../extension/src/model/liveRunners.ts';
import { LiveModel } from '../../../extension/src/model/liveModel.ts';
import { Contents } from '../../../extension/src/review/contents.ts';
import { waitFor } from '../../support/waitFor.ts';

/** What the editor is to do with the service at an address. */
export type EditorTask = { readonly url: string } & (
  | { readonly task: 'probe' | 'contents' | 'patch' | 'actions' | 'readLog' }
  /** Asks for contents and changes its mind. */
  | { readonly task: 'cancel'; readonly afterMs: number }
  /**
   * Is connected, as a window whose views are open: until it has so many Executions and so many lines in its log, or for a
   * while where they do not come.
   */
  | {
      readonly task: 'watch';
      readonly forMs: number;
      readonly untilExecutions?: number;
      readonly untilLines?: number;
    }
);

/** What came of it. */
export interface EditorReport {
  /** What was answered, in short; undefined when the task failed. */
  readonly answer: string | undefined;
  /** The sentence with which it failed. */
  readonly refusal: string | undefined;
  /** What the extension's log got. */
  readonly log: readonly string[];
  /** Exceptions that nobody caught. */
  readonly uncaught: readonly string[];
  /** How long the event loop was held up at most, in milliseconds of its thread: the machine may have others to serve. */
  readonly longestMs: number;
  /** How the connection stood at the end. */
  readonly state: string;
}

/** The token that must not go elsewhere. */
export const editorToken = 'the-token-of-this-editor';

let uncaught: string[] = [];
process.on('uncaughtException', (error) => uncaught.push(messageOf(error)));
process.on('unhandledRejection', (error) => uncaught.push(messageOf(error)));
process.on('disconnect', () => process.exit());
process.on('message', (task: EditorTask) => {
  // Nothing of an earlier task counts for this one.
  globalThis.gc?.();
  void perform(task).then((report) => process.send?.(report));
});

async function perform(task: EditorTask): Promise<EditorReport> {
  const log: string[] = [];
  const write = (message: string) => void log.push(message);
  const connection = new Connection({
    address: () => parseServerAddress(task.url),
    allowInsecure: () => false,
    token: () => Promise.resolve(editorToken),
    describe: ({ kind }) => `the connection is ${kind}`,
    log: { info: () => undefined, warn: write },
  });
  const model = new LiveModel(connection);
  uncaught = [];
  const longest = watchEventLoop();
  const [outcome] = await Promise.allSettled([answerOf(task, { connection, model, log })]);
  const longestMs = longest();
  const state = connection.state.kind;
  model.dispose();
  connection.dispose();
  return {
    answer: outcome.status === 'fulfilled' ? outcome.value : undefined,
    refusal: outcome.status === 'rejected' ? messageOf(outcome.reason) : undefined,
    log,
    uncaught,
    longestMs,
    state,
  };
}

/** Says, when it is asked, how long the event loop was busy at most between two of its turns. */
function watchEventLoop(): () => number {
  let longestMs = 0;
  let before = process.threadCpuUsage();
  const look = () => {
    const { user, system } = process.threadCpuUsage(before);
    before = process.threadCpuUsage();
    longestMs = Math.max(longestMs, (user + system) / 1000);
  };
  const looking = setInterval(look, 5);
  return () => {
    clearInterval(looking);
    look();
    return longestMs;
  };
}

async function answerOf(
  task: EditorTask,
  { connection, model, log }: { connection: Connection; model: LiveModel; log: readonly string[] },
): Promise<string> {
  const contents = new Contents(connection);
  switch (task.task) {
    case 'probe':
      return String((await programAt(task.url, AbortSignal.timeout(10_000))).program);
    case 'contents': {
      const side = {
        jobId: 1,
        repositoryId: 1,
        name: 'web',
        side: 'base',
        tree: 'a',
        path: 'b',
      } as const;
      return `${(await contents.read({ ...side, origin: task.url })).length} bytes`;
    }
    case 'patch':
      return `${(await contents.includedPatch(1)).length} bytes`;
    case 'cancel':
      return `${(await contents.includedPatch(1, AbortSignal.timeout(task.afterMs))).length} bytes`;
    case 'actions':
      return `${(await connection.use((client) => client.actions.list.query())).length} actions`;
    case 'readLog':
      return `${(await connection.use((client) => readAttemptLog(client, 1))).length} characters`;
    case 'watch': {
      const hold = connection.hold();
      const { forMs, untilExecutions = 0, untilLines = 0 } = task;
      const executions = () => model.of(liveExecutions).rows() ?? [];
      // As the views do, from the beginning.
      const jobs = model.of(liveJobs);
      model.of(liveAttempts);
      model.of(liveRunners);
      model.of(liveQueue);
      const isAsked = untilExecutions + untilLines > 0;
      const isThere = () => isAsked && executions().length >= untilExecutions && log.length >= untilLines;
      await waitFor('nothing', isThere, { timeoutMs: forMs }).catch(() => undefined);
      hold.dispose();
      const held = executions().flatMap(({ id }) => jobs.rows(id) ?? []).length;
      return `${executions().length} executions, ${held} jobs`;
    }
  }
}
