/** Why a Plan has nothing to publish for a Target of which nobody knows that nothing is to be changed. */
export const absences = ['failed', 'timedOut', 'errored', 'cancelled', 'excluded'] as const;
export type Absence = (typeof absences)[number];

/** An absence for people, after the name of its repository. */
export const describeAbsence: Readonly<Record<Absence, string>> = {
  failed: 'its job failed',
  timedOut: 'its job timed out',
  errored: 'its job could not be run',
  cancelled: 'its job was cancelled',
  excluded: 'a reviewer left it out',
};
