/** What a suite needs beside Node and git. */
export type Need = 'docker' | 'browser' | 'faketime' | 'sshd';

/** What a suite uses where it is there: elsewhere the tests that need it are skipped. */
export type Use = 'gitea';

/**
 * What a part of a suite does most of the time. One that computes keeps all processors busy by itself; those that wait
 * (for leases, containers, a browser) leave them free; one that measures is alone.
 */
export type Kind = 'computing' | 'waiting' | 'alone';

/** What one run of vitest runs. */
export interface Part {
  /** The project's name in vitest.config.ts. */
  readonly project: string;
  readonly kind: Kind;
}

export interface Suite {
  readonly needs: readonly Need[];
  readonly uses?: readonly Use[];
  readonly parts: readonly Part[];
}

/** By name; of those of a kind the one that takes longest is first. */
export const suites = {
  unit: { needs: [], parts: [{ project: 'unit', kind: 'computing' }] },
  integration: { needs: [], uses: ['gitea'], parts: [{ project: 'integration', kind: 'computing' }] },
  contract: { needs: ['sshd'], uses: ['gitea'], parts: [{ project: 'contract', kind: 'computing' }] },
  attacks: {
    needs: ['docker'],
    parts: [
      { project: 'attacks', kind: 'computing' },
      { project: 'floods', kind: 'alone' },
    ],
  },
  faults: { needs: ['docker', 'faketime'], parts: [{ project: 'faults', kind: 'waiting' }] },
  sandbox: { needs: ['docker'], parts: [{ project: 'sandbox', kind: 'waiting' }] },
  e2e: { needs: ['docker', 'browser'], parts: [{ project: 'e2e', kind: 'waiting' }] },
} as const satisfies Record<string, Suite>;

export type SuiteName = keyof typeof suites;

export function isSuiteName(word: string): word is SuiteName {
  return Object.hasOwn(suites, word);
}
