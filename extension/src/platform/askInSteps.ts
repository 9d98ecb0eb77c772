/** Where a question is among others. */
export interface StepPlace {
  readonly title: string;
  /** From 1. */
  readonly step: number;
  readonly totalSteps: number;
}

/** What a question came to: an answer, back to the one before, or undefined when it was put away. */
export type Answer<T> = { readonly answer: T } | 'back' | undefined;

/** One question of several that are asked one after the other. */
export interface Step<S> {
  /** Whether it is asked, by what has been answered. */
  readonly isAsked?: (values: S) => boolean;
  /** Asks it, with what was answered before as its default. */
  readonly ask: (values: S, place: StepPlace) => Promise<Answer<S>>;
}

/** Asks several things one after the other, each with a way back. Undefined when a person put one away. */
export async function askInSteps<S>(
  title: string,
  steps: readonly Step<S>[],
  first: S,
): Promise<S | undefined> {
  let values = first;
  const passed: Step<S>[] = [];
  for (;;) {
    const last = passed.at(-1);
    const left = steps.slice(last === undefined ? 0 : steps.indexOf(last) + 1);
    const ahead = left.filter(({ isAsked }) => isAsked?.(values) !== false);
    const [next] = ahead;
    if (next === undefined) return values;
    const place = { title, step: passed.length + 1, totalSteps: passed.length + ahead.length };
    const came = await next.ask(values, place);
    if (came === undefined) return undefined;
    if (came === 'back') passed.pop();
    else {
      passed.push(next);
      values = came.answer;
    }
  }
}
