import { QuickInputButtons, window, type Disposable, type QuickInput } from 'vscode';
import type { Answer, StepPlace } from './askInSteps.ts';
import { itemOf, type Choice, type Heading, type Item } from './inputs.ts';
import { shownText } from './shownText.ts';

/** Asks for a text, in one line. */
export function askTextStep(
  place: StepPlace,
  asked: {
    readonly value: string;
    readonly prompt: string;
    /** What is wrong with a text; undefined when nothing is. */
    readonly problemOf?: (text: string) => string | undefined;
  },
): Promise<Answer<string>> {
  const box = window.createInputBox();
  box.value = asked.value;
  box.prompt = shownText('toast', asked.prompt);
  const problemOf = (text: string) => {
    const problem = asked.problemOf?.(text);
    return problem === undefined ? undefined : shownText('toast', problem);
  };
  return answerOf(box, place, (answer) => [
    box.onDidChangeValue((text) => {
      box.validationMessage = problemOf(text);
    }),
    box.onDidAccept(() => {
      box.validationMessage = problemOf(box.value);
      if (box.validationMessage === undefined) answer(box.value);
    }),
  ]);
}

/** Lets a person choose one. */
export function pickStep<T>(
  place: StepPlace,
  choices: readonly (Choice<T> | Heading)[],
  placeHolder: string,
): Promise<Answer<T>> {
  const box = window.createQuickPick<Item<T>>();
  box.items = choices.map(itemOf);
  box.activeItems = box.items.filter((_item, at) => {
    const choice = choices[at];
    return choice !== undefined && 'picked' in choice && choice.picked;
  });
  box.placeholder = shownText('row', placeHolder);
  box.matchOnDescription = true;
  return answerOf(box, place, (answer) => [
    box.onDidAccept(() => {
      const value = box.activeItems[0]?.value;
      if (value !== undefined) answer(value);
    }),
  ]);
}

/** Shows a box until it is answered, put away, or left for the one before. A click elsewhere leaves it where it is. */
async function answerOf<T>(
  box: QuickInput & {
    buttons: readonly unknown[];
    onDidTriggerButton: (listener: () => void) => Disposable;
  },
  { title, step, totalSteps }: StepPlace,
  listen: (answer: (value: T) => void) => readonly Disposable[],
): Promise<Answer<T>> {
  const { promise, resolve } = Promise.withResolvers<Answer<T>>();
  box.title = shownText('row', title);
  box.step = step;
  box.totalSteps = totalSteps;
  box.ignoreFocusOut = true;
  if (step > 1) box.buttons = [QuickInputButtons.Back];
  const listening = [
    ...listen((value) => resolve({ answer: value })),
    box.onDidTriggerButton(() => resolve('back')),
    box.onDidHide(() => resolve(undefined)),
  ];
  box.show();
  try {
    return await promise;
  } finally {
    for (const listener of listening) listener.dispose();
    box.dispose();
  }
}
