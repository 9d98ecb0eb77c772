import type { CampaignPreview } from '@flotilla/shared/campaign/views';
import { messageOf } from '@flotilla/shared/errors';
import type { ExecutionView } from '@flotilla/shared/views';
import { l10n } from 'vscode';
import { previewText } from '../../campaigns/previewText.ts';
import { refusalOf } from '../../connection/client.ts';
import type { Answer, Step, StepPlace } from '../../platform/askInSteps.ts';
import { withCancellableProgress } from '../../platform/progress.ts';
import { askTextStep, pickStep } from '../../platform/stepBoxes.ts';
import type { App } from '../app.ts';
import {
  branchProblem,
  fromOneLine,
  nameProblem,
  templateOf,
  textProblem,
  toOneLine,
  type CampaignDraft,
} from './campaignDraft.ts';

/** What texts may say, as it is written in them. */
const repositoryName = `\${{ repository.name }}`;
const lineEnd = toOneLine('\n');

/** What *Create Campaign…* asks, one after the other. `taken` are the names of Campaigns that there are. */
export function campaignSteps(
  app: App,
  execution: ExecutionView,
  taken: readonly string[],
): readonly Step<CampaignDraft>[] {
  return [
    textStep({
      what: 'name',
      valueOf: ({ name }) => name,
      prompt: l10n.t('What is the Campaign called?'),
      problemOf: (text) => nameProblem(text, taken),
    }),
    textStep({
      what: 'branch',
      valueOf: ({ branch }) => branch,
      prompt: l10n.t('The branch in each repository. {0} stands for its name.', repositoryName),
      problemOf: branchProblem,
    }),
    textStep({
      what: 'title',
      valueOf: ({ title, name }) => title ?? name,
      prompt: l10n.t('The title of each pull request. {0} stands for its name.', repositoryName),
      problemOf: textProblem,
    }),
    textStep({
      what: 'body',
      valueOf: ({ body }) => body,
      prompt: l10n.t('The text of each pull request, in Markdown. {0} begins a new line.', lineEnd),
      problemOf: (text, draft) => textProblem(text, draft, true),
    }),
    textStep({
      what: 'message',
      valueOf: ({ message, title, name }) => message ?? title ?? name,
      prompt: l10n.t('The message of each commit. {0} begins a new line.', lineEnd),
      problemOf: textProblem,
    }),
    { ask: askPublish },
    { ask: (draft, place) => askPreview(app, execution, draft, place) },
    {
      isAsked: ({ preview }) => preview !== undefined && preview.missing > 0,
      ask: askPartialReason,
    },
  ];
}

/** Asks for one of the texts, which is kept as the service gets it. */
function textStep({
  what,
  valueOf,
  prompt,
  problemOf,
}: {
  readonly what: 'name' | 'branch' | 'title' | 'body' | 'message';
  readonly valueOf: (draft: CampaignDraft) => string;
  readonly prompt: string;
  readonly problemOf: (text: string, draft: CampaignDraft) => string | undefined;
}): Step<CampaignDraft> {
  return {
    async ask(draft, place) {
      const came = await askTextStep(place, {
        value: toOneLine(valueOf(draft)),
        prompt,
        problemOf: (text) => problemOf(fromOneLine(text), draft),
      });
      return answered(came, (text) => ({ ...draft, [what]: fromOneLine(text) }));
    },
  };
}

async function askPublish(draft: CampaignDraft, place: StepPlace): Promise<Answer<CampaignDraft>> {
  const choice = (value: CampaignDraft['publish'], icon: string, label: string, description: string) => ({
    value,
    icon,
    label,
    description,
    picked: draft.publish === value,
  });
  const came = await pickStep(
    place,
    [
      choice('open', 'git-pull-request', l10n.t('Open'), l10n.t('branches, and pull requests for review')),
      choice(
        'draft',
        'git-pull-request-draft',
        l10n.t('Draft'),
        l10n.t('branches, and pull requests that are not ready for review'),
      ),
      choice(
        'none',
        'circle-large-outline',
        l10n.t('Not Yet'),
        l10n.t('nothing, until Publish Changeset says so'),
      ),
    ],
    l10n.t('What is published as soon as the Campaign is created?'),
  );
  return answered(came, (publish) => ({ ...draft, publish }));
}

/** Shows what each repository would get, and asks whether that is meant. */
async function askPreview(
  app: App,
  execution: ExecutionView,
  draft: CampaignDraft,
  place: StepPlace,
): Promise<Answer<CampaignDraft>> {
  const looked = await lookAhead(app, execution, draft);
  if (typeof looked === 'string') {
    // What was answered is not lost: whoever goes back finds it.
    const back = l10n.t('Go back, and change what is said there');
    const came = await pickStep(place, [{ icon: 'error', label: looked, detail: back, value: 'back' }], back);
    return came === undefined ? undefined : 'back';
  }
  const { rows, missing } = looked;
  const text = previewText(looked, {
    name: draft.name,
    execution: `${execution.actionName} #${execution.id}`,
    publish: draft.publish,
  });
  await app.campaignDocuments.show(draft.name, text);
  const count = rows.length === 1 ? l10n.t('1 repository') : l10n.t('{0} repositories', rows.length);
  const came = await pickStep(
    place,
    [
      {
        icon: 'check',
        label: missing === 0 ? l10n.t('Create Campaign') : l10n.t('Continue'),
        description: missing === 0 ? count : l10n.t('{0}; without a result: {1}', count, missing),
        value: looked,
      },
    ],
    l10n.t('The editor below shows what each repository gets'),
  );
  return answered(came, (preview) => ({ ...draft, preview }));
}

/** What a Campaign would publish, or the sentence that says why there can be none. */
async function lookAhead(
  app: App,
  execution: ExecutionView,
  draft: CampaignDraft,
): Promise<CampaignPreview | string> {
  const asked = {
    executionId: execution.id,
    name: draft.name.trim(),
    description: draft.description,
    template: templateOf(draft),
  };
  try {
    return await withCancellableProgress(l10n.t('Preparing the preview…'), (signal) =>
      app.connection.use((client) => client.campaigns.preview.query(asked, { signal })),
    );
  } catch (error) {
    if (refusalOf(error)?.code !== 'campaign.invalid') throw error;
    return messageOf(error);
  }
}

async function askPartialReason(draft: CampaignDraft, place: StepPlace): Promise<Answer<CampaignDraft>> {
  const { missing = 0, of = 0 } = draft.preview ?? {};
  const came = await askTextStep(place, {
    value: draft.partialReason ?? '',
    prompt: l10n.t(
      '{0} of {1} repositories have no result. Why are the others published without them?',
      missing,
      of,
    ),
    problemOf: reasonProblem,
  });
  return answered(came, (text) => ({ ...draft, partialReason: text.trim() }));
}

/** What is wrong with a word why; undefined when nothing is. */
export function reasonProblem(text: string): string | undefined {
  if (text.trim() === '') return l10n.t('It is kept with the Campaign, so that others know.');
  return text.length > 1000 ? l10n.t('A reason has at most 1,000 characters.') : undefined;
}

/** An answer, made part of the draft. */
function answered<T>(came: Answer<T>, into: (value: T) => CampaignDraft): Answer<CampaignDraft> {
  return came === undefined || came === 'back' ? came : { answer: into(came.answer) };
}
