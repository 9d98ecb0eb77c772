/** Labels of everything a runner makes in the engine, by which leftovers are found (docs/spec/sandbox.md). */
export const labelNames = {
  runner: 'flotilla.runner',
  /** The runner's state folder, which is locked: a name may be somebody else's too, on another service. */
  folder: 'flotilla.folder',
  attempt: 'flotilla.attempt',
  job: 'flotilla.job',
  step: 'flotilla.step',
  /** Names a helper that is root, among those of all processes. */
  helper: 'flotilla.helper',
} as const;

export interface Labelled {
  readonly runnerName: string;
  readonly stateFolder: string;
  /** Undefined for a helper that removes what is no Attempt's. */
  readonly attemptId?: number;
  /** Undefined for a helper that removes what an earlier process left. */
  readonly jobId?: number;
  /** Index of the Step; undefined for helpers. */
  readonly step?: number;
}

/** The labels of a container. */
export function labelsOf(labelled: Labelled): Record<string, string> {
  return {
    [labelNames.runner]: labelled.runnerName,
    [labelNames.folder]: labelled.stateFolder,
    ...(labelled.attemptId === undefined ? {} : { [labelNames.attempt]: String(labelled.attemptId) }),
    ...(labelled.jobId === undefined ? {} : { [labelNames.job]: String(labelled.jobId) }),
    ...(labelled.step === undefined ? {} : { [labelNames.step]: String(labelled.step) }),
  };
}
