import { window, type MessageItem, type MessageOptions } from 'vscode';
import { shownText } from './shownText.ts';

type Weight = 'error' | 'warning' | 'information';

/** Shows a sentence as a notification; returns the button that was pressed, undefined when it was put away. */
export function tell(
  weight: Weight,
  sentence: string,
  ...buttons: readonly string[]
): Promise<string | undefined> {
  return show(weight, shownText('toast', sentence), {}, buttons);
}

/** Asks in the middle of the window; returns the button that was pressed, undefined when it was put away. */
export function ask(
  weight: Weight,
  question: { readonly sentence: string; readonly detail: string; readonly stay?: string },
  ...buttons: readonly string[]
): Promise<string | undefined> {
  const options = { modal: true, detail: shownText('dialog', question.detail) };
  return show(weight, shownText('dialog', question.sentence), options, buttons, question.stay);
}

/** `stay` is a button that does the same as putting the question away. */
async function show(
  weight: Weight,
  sentence: string,
  options: MessageOptions,
  buttons: readonly string[],
  stay?: string,
): Promise<string | undefined> {
  const items: Item[] = [
    ...buttons.map((button) => ({ title: shownText('choice', button), button })),
    ...(stay === undefined ? [] : [{ title: stay, button: undefined, isCloseAffordance: true }]),
  ];
  const chosen = await showByWeight[weight](sentence, options, ...items);
  return chosen?.button;
}

interface Item extends MessageItem {
  readonly button: string | undefined;
}

type Show = (
  sentence: string,
  options: MessageOptions,
  ...items: readonly Item[]
) => Thenable<Item | undefined>;

const showByWeight: Readonly<Record<Weight, Show>> = {
  error: window.showErrorMessage,
  warning: window.showWarningMessage,
  information: window.showInformationMessage,
};
