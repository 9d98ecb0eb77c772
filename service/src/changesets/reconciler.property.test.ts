import type { ChangesetDecision } from '@flotilla/shared/campaign/changesetReason';
import { array, assert, constantFrom, nat, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import type { PullRequest, PullRequestAbilities } from '../codeHosts/pullRequests.ts';
import { nextStep, type Look, type NextStep, type Wanted } from './nextStep.ts';

/** A host with one branch, and people who work there; commits are names, each with its parent. */
class World {
  branch: string | null = null;
  base = 'base0';
  pullRequests: { state: 'open' | 'closed' | 'merged'; head: string; closedBy: 'us' | 'person' | null }[] =
    [];
  readonly parents = new Map<string, string | null>([['base0', null]]);
  /** What the service keeps of the Changeset. */
  readonly row = {
    publication: 'open' as Wanted['publication'],
    wanted: 'ours1',
    ours: new Set<string>(),
    pushedCommit: null as string | null,
    decision: null as ChangesetDecision | null,
    keeps: null as string | null,
    closedBy: null as 'us' | 'person' | null,
    reopen: false,
  };
  /** At which commit it is held; null when it is not. */
  held: string | null = null;
  readonly #can: PullRequestAbilities | null;
  #count = 1;

  constructor(can: PullRequestAbilities | null) {
    this.#can = can;
  }

  commit(name: string, parent: string | null): string {
    this.parents.set(name, parent);
    return name;
  }

  descends(from: string, ancestor: string): boolean {
    for (let at: string | null | undefined = from; at != null; at = this.parents.get(at))
      if (at === ancestor) return true;
    return false;
  }

  next(who: string): string {
    return `${who}${(this.#count += 1)}`;
  }

  get open() {
    return this.pullRequests.find(({ state }) => state === 'open');
  }

  /** The commit that is wanted: on top of somebody else's where that is kept. */
  wantedCommit(): string {
    const { wanted, keeps } = this.row;
    return keeps === null ? this.commit(wanted, 'base0') : this.commit(`${wanted}+${keeps}`, keeps);
  }

  look(): Look {
    const last = this.pullRequests.at(-1);
    const tip = this.branch ?? this.row.pushedCommit;
    return {
      archived: false,
      base: this.base,
      head: this.branch,
      pullRequest: last === undefined ? null : pullRequestOf(last),
      foreignPullRequest: null,
      isContained: this.#can === null && tip !== null && this.descends(this.base, tip),
    };
  }

  step(): NextStep {
    const { publication, ours, pushedCommit, decision, keeps, closedBy, reopen } = this.row;
    const commit = this.wantedCommit();
    const wanted = {
      publication,
      commit,
      ours,
      pushedCommit,
      decision,
      keeps,
      closedBy,
      reopen,
      merge: null,
      hasPullRequest: this.pullRequests.length > 0,
    };
    return nextStep(wanted, this.look(), this.#can, () => false);
  }

  /** Takes steps as the reconciler does; `crashes` says after how many halves of steps the replica dies. */
  run(crashes: number): void {
    let halves = crashes;
    const dies = () => (halves -= 1) < 0;
    for (let round = 0; round < 12; round += 1) {
      const step = this.step();
      this.held = null;
      switch (step.kind) {
        case 'rest':
          if (step.as === 'closed') this.row.closedBy = step.by;
          if (step.as === 'open') this.row.closedBy = null;
          if (step.as === 'open') this.row.reopen = false;
          return;
        case 'wait':
          return;
        case 'hold':
          if (step.reason.kind === 'foreignCommits') this.held = step.reason.commit;
          return;
        case 'push': {
          this.row.ours.add(step.commit);
          if (dies()) return;
          this.#moveBranch(step.commit, step.expect);
          if (dies()) return;
          this.row.pushedCommit = step.commit;
          break;
        }
        case 'rename':
          return;
        case 'deleteBranch':
          if (dies()) return;
          this.#moveBranch(null, step.expect);
          break;
        case 'create':
          if (dies()) return;
          if (this.open === undefined)
            this.pullRequests.push({ state: 'open', head: this.branch ?? '', closedBy: null });
          break;
        case 'reopen': {
          if (dies()) return;
          const last = this.pullRequests.at(-1);
          require(last?.closedBy !== 'person' || this.row.reopen, 'what a person closed is opened');
          if (last !== undefined) last.state = 'open';
          break;
        }
        case 'close': {
          this.row.closedBy = 'us';
          if (dies()) return;
          const last = this.open;
          if (last !== undefined) Object.assign(last, { state: 'closed', closedBy: 'us' });
          break;
        }
        case 'decorate':
        case 'merge':
          throw new Error(`${step.kind} is not wanted here`);
      }
    }
    throw new Error('it comes to no rest');
  }

  /** The host's compare-and-swap. What was there and is not ours must be kept, or have been given up by just that decision. */
  #moveBranch(to: string | null, expect_: string | null): void {
    if (this.branch !== expect_) return;
    const from = this.branch;
    const isTheirs = from !== null && from.startsWith('theirs');
    if (isTheirs) {
      const isGivenUp = this.row.decision?.kind === 'overwrite' && this.row.decision.commit === from;
      const isKept = to !== null && this.descends(to, from);
      require(isGivenUp || isKept, `${from} is lost by ${to}`);
    }
    this.branch = to;
    const { open } = this;
    if (open !== undefined && to !== null) open.head = to;
  }
}

/** What must hold at the host, whatever happens. */
function require(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

function pullRequestOf({ state, head }: World['pullRequests'][number]): PullRequest {
  return {
    repository: { externalId: null, name: 'web' },
    number: 1,
    externalId: null,
    url: '',
    state,
    draft: false,
    title: '',
    body: '',
    headRef: '',
    headCommit: head,
    baseRef: '',
    labels: [],
    reviewers: [],
    teamReviewers: [],
    assignees: [],
    author: '',
    review: 'pending',
    approvals: 0,
    checks: null,
    mergeable: null,
    inQueue: false,
    createdAt: 0,
    updatedAt: 0,
    mergedAt: null,
    closedAt: null,
    mergeCommit: null,
  };
}

/** What happens: by a person at the host, by one in the editor, or by the service, which may die after some halves of steps. */
const happenings: Readonly<Record<string, (world: World, crashes: number) => void>> = {
  reconcile: (world, crashes) => world.run(crashes),
  update(world) {
    world.row.wanted = world.next('ours');
    world.row.decision = null;
  },
  personPushes(world) {
    if (world.branch !== null) world.branch = world.commit(world.next('theirs'), world.branch);
    if (world.open !== undefined && world.branch !== null) world.open.head = world.branch;
  },
  personCloses(world) {
    Object.assign(world.open ?? {}, { state: 'closed', closedBy: 'person' });
  },
  personDeletesBranch(world) {
    world.branch = null;
    Object.assign(world.open ?? {}, { state: 'closed', closedBy: 'person' });
  },
  personMerges(world) {
    if (world.branch === null) return;
    world.base = world.commit(world.next('merge'), world.branch);
    if (world.open !== undefined) world.open.state = 'merged';
  },
  wishClosed(world) {
    world.row.publication = 'closed';
    world.row.reopen = false;
  },
  wishReopened(world) {
    world.row.publication = 'open';
    world.row.reopen = true;
  },
  decideOverwrite(world) {
    if (world.held !== null) world.row.decision = { kind: 'overwrite', commit: world.held };
  },
  decideKeepTheirs(world) {
    if (world.held !== null) world.row.decision = { kind: 'keepTheirs', commit: world.held };
  },
  decideOnTop(world) {
    if (world.held !== null) [world.row.decision, world.row.keeps] = [null, world.held];
  },
};

const forge: PullRequestAbilities = {
  word: 'pull request',
  draft: 'native',
  labels: true,
  reviewers: true,
  teamReviewers: true,
  assignees: true,
  checks: true,
  createTakes: [],
  reopen: 'always',
  closesWithBranch: true,
  merge: [],
  mergeWhenReady: false,
  readBatch: 1,
  changeFeed: false,
  maxTitle: 100,
  maxBody: 100,
};

test.each([
  ['a branch alone', null],
  ['pull requests that can be reopened', forge],
  ['pull requests that open again only at their commit', { ...forge, reopen: 'ifDescendant' as const }],
  ['pull requests that stay closed', { ...forge, reopen: 'never' as const }],
])(
  'whatever people and crashes do: with %s no commit of theirs is lost, and nothing is open twice',
  (_what, can) => {
    const happening = tuple(constantFrom(...Object.keys(happenings)), nat({ max: 6 }));
    assert(
      property(array(happening, { maxLength: 25 }), (sequence) => {
        const world = new World(can);
        for (const [name, crashes] of sequence) {
          happenings[name]?.(world, crashes);
          expect(world.pullRequests.filter(({ state }) => state === 'open').length).toBeLessThanOrEqual(1);
        }
        // Left to itself it comes to rest, and a second look changes nothing.
        world.run(Infinity);
        const rest = JSON.stringify([world.branch, world.pullRequests]);
        world.run(Infinity);
        expect(JSON.stringify([world.branch, world.pullRequests])).toBe(rest);
      }),
      { numRuns: 500 },
    );
  },
);
