import { randomUUID } from 'node:crypto';
import { actionText, executionRequest } from './actionText.ts';
import { template } from './campaigns.ts';
import type { EditorClient } from './testService.ts';
import { listJobs, watchRows } from '../../scripts/launch/liveRows.ts';

/** Who calls; each of the last three may do what those before it may. */
export type Caller = 'stranger' | 'runner' | 'reader' | 'member' | 'admin';

type Api = EditorClient['api'];

/** What came out of one repository, by its ids: of one that there is, or of none. */
export interface Place {
  readonly repositoryId: number;
  /** A Job that has ended twice, its Attempts, and the tree that the last one made. */
  readonly jobId: number;
  readonly attemptIds: readonly [number, number];
  readonly tree: string;
  readonly path: string;
  /** Another one that waits. */
  readonly waitingJobId: number;
  /** A Changeset of {@link Whole.campaignId} that needs a decision about {@link foreignCommit}. */
  readonly changesetId: number;
}

/** What somebody else has pushed to the branches of Changesets. */
export const foreignCommit = 'f'.repeat(40);

/** What is there of all repositories together. */
export interface Whole {
  readonly executionId: number;
  readonly runnerId: string;
  /** An Execution that has ended with a Patch of each, and a Campaign of it. */
  readonly endedExecutionId: number;
  readonly campaignId: number;
  /** Changes something of each repository, one after the other. */
  readonly touchJobs: () => Promise<unknown>;
  readonly touchBranches: () => Promise<unknown>;
  /** Somebody who sees everything. */
  readonly everything: Api;
}

/** How a procedure is asked for what came out of repositories. */
export type Reading =
  /** Of one: what is hidden is answered like what is not there. */
  | { readonly one: (api: Api, place: Place) => Promise<unknown> }
  /** Of all: what is hidden is not among it. */
  | { readonly all: (api: Api, whole: Whole) => Promise<unknown> };

interface Rights {
  readonly who: Caller;
  /** How it reads from repositories, or why it does not. */
  readonly reads: Reading | string;
}

const texts = 'what users wrote';
/** The tree without a file, which git has everywhere. */
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const numbers = 'numbers alone';
const fleet = 'what Runners say of themselves';

/** The procedures of `/trpc`. Whoever adds one says here who may call it, and what it reads. */
export const editorRights: Readonly<Record<string, Rights>> = {
  'pairing.exchange': { who: 'stranger', reads: 'a token' },
  'server.info': { who: 'reader', reads: 'the service itself' },
  'repositories.list': { who: 'reader', reads: { all: (api) => api.repositories.list.query() } },
  'repositories.sync': { who: 'member', reads: numbers },
  'repositories.fetch': {
    who: 'member',
    reads: { one: (api, { repositoryId }) => api.repositories.fetch.mutate({ repositoryId }) },
  },
  'repositories.compareTrees': {
    who: 'reader',
    reads: {
      one: (api, { repositoryId, tree }) =>
        api.repositories.compareTrees.query({
          repositoryId,
          baseTree: emptyTree,
          resultTree: tree || emptyTree,
        }),
    },
  },
  'codeHosts.list': { who: 'reader', reads: numbers },
  'codeHosts.try': { who: 'admin', reads: 'what a host answers to the credential that is sent along' },
  'codeHosts.connect': { who: 'admin', reads: numbers },
  'codeHosts.disconnect': { who: 'admin', reads: numbers },
  'codeHosts.replaceCredential': { who: 'admin', reads: numbers },
  'scopes.preview': {
    who: 'reader',
    reads: { all: (api) => api.scopes.preview.query({ query: 'repo:' }) },
  },
  'scopes.changes': {
    who: 'reader',
    reads: {
      async all(api, whole) {
        const { id } = await api.scopes.preview.query({ query: 'repo:' });
        await whole.touchBranches();
        return api.scopes.changes.query({ scopeId: id });
      },
    },
  },
  'actions.list': { who: 'reader', reads: texts },
  'actions.get': { who: 'reader', reads: texts },
  'actions.save': { who: 'member', reads: texts },
  'executions.create': {
    who: 'member',
    reads: {
      async all(api, { everything }) {
        const text = actionText({ scopeQuery: 'repo:' });
        const created = await api.executions.create.mutate({ ...executionRequest(), text });
        return listJobs(everything, created.id);
      },
    },
  },
  'executions.list': { who: 'reader', reads: numbers },
  'executions.get': { who: 'reader', reads: numbers },
  'executions.cancel': { who: 'member', reads: numbers },
  'executions.pause': { who: 'member', reads: numbers },
  'executions.resume': { who: 'member', reads: numbers },
  'executions.rerun': { who: 'member', reads: numbers },
  'rows.watch': {
    who: 'reader',
    reads: {
      async all(api, { touchJobs }) {
        const seen: unknown[] = [];
        const { promise, resolve, reject } = Promise.withResolvers<unknown>();
        const subscription = watchRows(api, {
          onChanges(changes) {
            const isFirst = seen.length === 0;
            seen.push(changes);
            if (isFirst) touchJobs().catch(reject);
            if (changes.jobs.length > 0) resolve(seen);
          },
          onError: reject,
        });
        return promise.finally(() => subscription.unsubscribe());
      },
    },
  },
  'rows.list': {
    who: 'reader',
    reads: {
      all: async (api, { executionId, campaignId, everything }) => {
        const jobs = await api.rows.list.query({ topic: 'jobs', of: executionId, limit: 9 });
        const changesets = await api.rows.list.query({ topic: 'changesets', of: campaignId, limit: 9 });
        const attempts = (await listJobs(everything, executionId)).map(({ id }) =>
          api.rows.list.query({ topic: 'attempts', of: id, limit: 9 }),
        );
        return [jobs, changesets, ...(await Promise.all(attempts))];
      },
    },
  },
  'rows.get': {
    who: 'reader',
    reads: {
      one: async (api, { jobId, attemptIds, changesetId }) => [
        await api.rows.get.query({ topic: 'jobs', ids: [jobId] }),
        await api.rows.get.query({ topic: 'attempts', ids: [...attemptIds] }),
        await api.rows.get.query({ topic: 'changesets', ids: [changesetId] }),
      ],
    },
  },
  'campaigns.preview': {
    who: 'reader',
    reads: {
      all: (api, { endedExecutionId: executionId }) =>
        api.campaigns.preview.query({ executionId, name: 'a preview', template }),
    },
  },
  'campaigns.create': {
    who: 'member',
    reads: {
      async all(api, { endedExecutionId: executionId, everything }) {
        const requestKey = randomUUID();
        const { campaignId: of } = await api.campaigns.create.mutate({
          requestKey,
          executionId,
          name: requestKey,
          template: { ...template, publish: 'none' },
        });
        return everything.rows.list.query({ topic: 'changesets', of, limit: 9 });
      },
    },
  },
  'campaigns.previewUpdate': {
    who: 'reader',
    reads: {
      all: (api, { endedExecutionId: executionId, campaignId }) =>
        api.campaigns.previewUpdate.query({ executionId, campaignId }),
    },
  },
  'campaigns.update': { who: 'member', reads: numbers },
  'campaigns.checkDrift': { who: 'member', reads: 'the id of an Execution' },
  'campaigns.close': { who: 'member', reads: numbers },
  'changesets.decide': {
    who: 'member',
    reads: {
      async one(api, { changesetId }) {
        const decided = { changesetId, decision: 'keepTheirs', commit: foreignCommit } as const;
        await api.changesets.decide.mutate(decided);
        return 'decided';
      },
    },
  },
  'changesets.passGate': {
    who: 'member',
    reads: {
      one: (api, { changesetId }) =>
        api.changesets.passGate.mutate({ changesetIds: [changesetId], reason: 'It is a fixture.' }),
    },
  },
  'changesets.merge': {
    who: 'member',
    reads: {
      one: (api, { changesetId }) =>
        api.changesets.merge.mutate({ changesetIds: [changesetId], method: 'merge', when: 'now' }),
    },
  },
  'changesets.want': {
    who: 'member',
    reads: {
      one: (api, { changesetId }) =>
        api.changesets.want.mutate({ changesetIds: [changesetId], wish: 'retry' }),
    },
  },
  'jobs.list': {
    who: 'reader',
    reads: { all: (api, { executionId }) => listJobs(api, executionId) },
  },
  'jobs.get': { who: 'reader', reads: { one: (api, { jobId }) => api.jobs.get.query({ jobId }) } },
  'jobs.waiting': {
    who: 'reader',
    reads: { one: (api, { waitingJobId: jobId }) => api.jobs.waiting.query({ jobId }) },
  },
  'jobs.changedFiles': {
    who: 'reader',
    reads: { one: (api, { jobId }) => api.jobs.changedFiles.query({ jobId }) },
  },
  'jobs.setIncluded': {
    who: 'member',
    reads: {
      one: (api, { jobId }) => api.jobs.setIncluded.mutate({ jobId, path: null, included: false }),
    },
  },
  'jobs.rerun': {
    who: 'member',
    reads: { one: (api, { jobId }) => api.jobs.rerun.mutate({ jobId, requestKey: randomUUID() }) },
  },
  'jobs.cancel': {
    who: 'member',
    reads: { one: (api, { waitingJobId: jobId }) => api.jobs.cancel.mutate({ jobId }) },
  },
  'attempts.list': { who: 'reader', reads: { one: (api, { jobId }) => api.attempts.list.query({ jobId }) } },
  'attempts.compare': {
    who: 'reader',
    reads: {
      one: (api, { attemptIds: [before, after] }) => api.attempts.compare.query({ before, after }),
    },
  },
  'logs.read': {
    who: 'reader',
    reads: {
      one: (api, { attemptIds: [attemptId] }) => api.logs.read.query({ attemptId, offset: 0, limit: 1000 }),
    },
  },
  'logs.tail': {
    who: 'reader',
    reads: {
      async one(api, { attemptIds: [attemptId] }) {
        const { promise, resolve, reject } = Promise.withResolvers<unknown>();
        const options = { onData: resolve, onError: reject };
        const subscription = api.logs.tail.subscribe({ attemptId, offset: 0 }, options);
        return promise.finally(() => subscription.unsubscribe());
      },
    },
  },
  'runners.list': { who: 'reader', reads: fleet },
  'runners.queue': { who: 'reader', reads: numbers },
  'runners.jobs': {
    who: 'reader',
    reads: { all: (api, { runnerId }) => api.runners.jobs.query({ runnerId }) },
  },
  'runners.drain': { who: 'member', reads: fleet },
  'runners.forget': { who: 'member', reads: fleet },
  'work.list': { who: 'member', reads: 'what the service owes, by the ids of Executions' },
};

/** The procedures of `/runner`: a Runner reads what it claims, whoever may see that. */
export const runnerRights: Readonly<Record<string, 'before its hello' | 'after its hello'>> = {
  hello: 'before its hello',
  claim: 'after its hello',
  heartbeat: 'after its hello',
  progress: 'after its hello',
  pinImage: 'after its hello',
  finish: 'after its hello',
  surrender: 'after its hello',
  release: 'after its hello',
  events: 'after its hello',
};

interface RouteRights {
  /** Whose bearer token opens it; a lease token is an Attempt's own. */
  readonly who: 'stranger' | 'lease' | 'reader';
  /** A request of it that means something. */
  readonly path: (place: Place) => string;
  /** Whether it reads from repositories for a user. */
  readonly reads: boolean;
}

/** The routes of bytes, by method and path. Whoever adds one says here who may ask. */
export const routeRights: Readonly<Record<string, RouteRights>> = {
  'GET /healthz': { who: 'stranger', path: () => '/healthz', reads: false },
  'GET /readyz': { who: 'stranger', path: () => '/readyz', reads: false },
  'GET /connect': { who: 'stranger', path: () => '/connect', reads: false },
  // Says only which headers a browser may send.
  'OPTIONS /*': { who: 'stranger', path: () => '/contents', reads: false },
  'POST /attempts/:id/:stream': {
    who: 'lease',
    path: ({ attemptIds: [id] }) => `/attempts/${id}/log?offset=0`,
    reads: false,
  },
  'GET /attempts/:id/base': {
    who: 'lease',
    path: ({ attemptIds: [id] }) => `/attempts/${id}/base`,
    reads: false,
  },
  'GET /attempts/:id/patch': {
    who: 'reader',
    path: ({ attemptIds: [, id] }) => `/attempts/${id}/patch`,
    reads: true,
  },
  'GET /attempts/:id/patch/included': {
    who: 'reader',
    path: ({ attemptIds: [, id] }) => `/attempts/${id}/patch/included`,
    reads: true,
  },
  'GET /contents': {
    who: 'reader',
    path: ({ repositoryId, tree, path }) =>
      `/contents?${new URLSearchParams({ repository: String(repositoryId), tree, path }).toString()}`,
    reads: true,
  },
};
