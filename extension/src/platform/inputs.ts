import {
  QuickPickItemKind,
  window,
  type InputBoxOptions,
  type OpenDialogOptions,
  type QuickPickItem,
  type SaveDialogOptions,
  type Uri,
} from 'vscode';
import { shownText } from './shownText.ts';

/** One thing to choose. */
export interface Choice<T> {
  readonly label: string;
  /** Name of a codicon before the label. */
  readonly icon?: string;
  /** Beside the label. */
  readonly description?: string;
  /** Below the label. */
  readonly detail?: string;
  readonly picked?: boolean;
  readonly value: T;
}

/** A line that names what stands below it. */
export interface Heading {
  readonly heading: string;
}

export interface Asked {
  /** What is asked, where nothing is typed yet. */
  readonly placeHolder: string;
  readonly title?: string;
}

export type Item<T> = QuickPickItem & { readonly value?: T };

/** Lets a person choose one; undefined when they did not. The text beside a label is searched too. */
export async function pickOne<T>(
  choices: readonly (Choice<T> | Heading)[],
  asked: Asked,
): Promise<T | undefined> {
  const options = { ...optionsOf(asked), matchOnDescription: true };
  return (await window.showQuickPick(choices.map(itemOf), options))?.value;
}

/** Lets a person choose several; none when they put the question away. */
export async function pickMany<T>(choices: readonly Choice<T>[], asked: Asked): Promise<readonly T[]> {
  const options = { ...optionsOf(asked), canPickMany: true } as const;
  const chosen = (await window.showQuickPick<Item<T>>(choices.map(itemOf), options)) ?? [];
  return chosen.flatMap(({ value }) => (value === undefined ? [] : [value]));
}

/** Asks for a text; undefined when none was given. */
export async function askForText(
  options: Pick<InputBoxOptions, 'value' | 'password' | 'ignoreFocusOut'> & {
    readonly title: string;
    readonly prompt: string;
    readonly placeHolder?: string;
    /** What is wrong with a text; undefined when nothing is. */
    readonly problemOf?: (text: string) => string | undefined;
  },
): Promise<string | undefined> {
  const { title, prompt, problemOf, ...rest } = options;
  return window.showInputBox({
    ...rest,
    title: shownText('row', title),
    prompt: shownText('toast', prompt),
    ...(problemOf === undefined
      ? {}
      : {
          validateInput: (text) => {
            const problem = problemOf(text);
            return problem === undefined ? undefined : shownText('toast', problem);
          },
        }),
  });
}

/** Asks for a folder; undefined when none was chosen. */
export async function askForFolder(
  options: Pick<OpenDialogOptions, 'title' | 'openLabel'>,
): Promise<Uri | undefined> {
  const chosen = await window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    ...(options.openLabel === undefined ? {} : { openLabel: shownText('row', options.openLabel) }),
    ...(options.title === undefined ? {} : { title: shownText('row', options.title) }),
  });
  return chosen?.[0];
}

/** Asks for the place of a new file; undefined when none was chosen. */
export async function askForNewFile(
  options: Pick<SaveDialogOptions, 'defaultUri'> & { readonly saveLabel: string },
): Promise<Uri | undefined> {
  return window.showSaveDialog({ ...options, saveLabel: shownText('row', options.saveLabel) });
}

function optionsOf({ placeHolder, title }: Asked): { placeHolder: string; title?: string } {
  return {
    placeHolder: shownText('row', placeHolder),
    ...(title === undefined ? {} : { title: shownText('row', title) }),
  };
}

/** A choice as VS Code shows it. */
export function itemOf<T>(choice: Choice<T> | Heading): Item<T> {
  if ('heading' in choice) return { label: choice.heading, kind: QuickPickItemKind.Separator };
  const { label, icon, description, detail, picked, value } = choice;
  return {
    label: `${icon === undefined ? '' : `$(${icon}) `}${shownText('choice', label)}`,
    ...(description === undefined ? {} : { description: shownText('choice', description) }),
    ...(detail === undefined ? {} : { detail: shownText('choice', detail) }),
    ...(picked === undefined ? {} : { picked }),
    value,
  };
}
