/** What a person answers to *Create Campaign…*, and what is wrong with it. Pure. */
import { branchRef } from '@flotilla/shared/campaign/branchNames';
import type { CampaignTemplate } from '@flotilla/shared/campaign/campaignTemplate';
import { changesetVariables } from '@flotilla/shared/campaign/changesetVariables';
import type { CampaignPreview } from '@flotilla/shared/campaign/views';
import { messageOf } from '@flotilla/shared/errors';
import { renderTemplate } from '@flotilla/shared/template/template';

/** The answers so far. Texts that were not asked yet are made of those before. */
export interface CampaignDraft {
  readonly name: string;
  readonly description: string;
  readonly branch: string;
  readonly title: string | undefined;
  readonly body: string;
  readonly message: string | undefined;
  readonly publish: CampaignTemplate['publish'];
  /** What it would publish, once that was asked. */
  readonly preview: CampaignPreview | undefined;
  /** Why it is published although some repositories have no result. */
  readonly partialReason: string | null;
}

/** What is proposed for a Campaign of an Action. `taken` are the names of Campaigns that there are. */
export function proposedDraft(
  action: { readonly name: string; readonly description: string },
  taken: readonly string[],
): CampaignDraft {
  return {
    name: freeName(action.name, taken),
    description: action.description,
    branch: `flotilla/${branchPart(action.name)}`,
    title: undefined,
    body: action.description,
    message: undefined,
    publish: 'open',
    preview: undefined,
    partialReason: null,
  };
}

/** The template that a draft stands for. */
export function templateOf(draft: CampaignDraft): CampaignTemplate {
  const title = draft.title ?? draft.name;
  return {
    branch: draft.branch.trim(),
    title: title.trim(),
    body: draft.body,
    commit: { message: (draft.message ?? title).trim(), author: null },
    publish: draft.publish,
  };
}

/** What is wrong with the name of a new Campaign; undefined when nothing is. */
export function nameProblem(name: string, taken: readonly string[]): string | undefined {
  const trimmed = name.trim();
  if (trimmed === '') return 'It needs a name.';
  if (trimmed.length > 200) return 'A name has at most 200 characters.';
  const isTaken = taken.some((other) => other.toLowerCase() === trimmed.toLowerCase());
  return isTaken ? `There is a campaign "${trimmed}" already.` : undefined;
}

/** What is wrong with a branch, which may have variables. */
export function branchProblem(branch: string, draft: CampaignDraft): string | undefined {
  const rendered = rendering(branch.trim(), draft);
  if ('problem' in rendered) return rendered.problem;
  const ref = branchRef(rendered.text);
  return 'problem' in ref ? `No branch can be called so: ${ref.problem}.` : undefined;
}

/** What is wrong with a text, which may have variables, and must not be empty unless it may. */
export function textProblem(text: string, draft: CampaignDraft, mayBeEmpty = false): string | undefined {
  if (!mayBeEmpty && text.trim() === '') return 'It needs a text.';
  const rendered = rendering(text, draft);
  return 'problem' in rendered ? rendered.problem : undefined;
}

/** A text of several lines in a box that has one: a line end is `\n` there. */
export function toOneLine(text: string): string {
  return text.replaceAll('\n', String.raw`\n`);
}

export function fromOneLine(text: string): string {
  return text.replaceAll(String.raw`\n`, '\n');
}

/** A repository as there may be, to see whether a text can be made for one. */
const anyTarget = { repository: 'owner/repository', baseRef: 'refs/heads/main' };

function rendering(
  text: string,
  draft: CampaignDraft,
): { readonly text: string } | { readonly problem: string } {
  try {
    return { text: renderTemplate(text, changesetVariables(draft, anyTarget)) };
  } catch (error) {
    return { problem: `${messageOf(error)}.` };
  }
}

function freeName(name: string, taken: readonly string[]): string {
  const lower = new Set(taken.map((other) => other.toLowerCase()));
  let free = name;
  for (let number = 2; lower.has(free.toLowerCase()); number += 1) free = `${name} ${number}`;
  return free;
}

/** A name as a part of a branch: letters, digits, dots and dashes. */
function branchPart(name: string): string {
  const part = name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}.]+/gu, '-')
    .replaceAll(/\.{2,}/g, '.')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .replace(/(?:\.lock)+$/, '');
  return part === '' ? 'change' : part.slice(0, 50);
}
