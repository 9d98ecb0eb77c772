import { branchRef } from '@flotilla/shared/campaign/branchNames';
import type { CampaignTemplate } from '@flotilla/shared/campaign/campaignTemplate';
import { changesetVariables } from '@flotilla/shared/campaign/changesetVariables';
import { FlotillaError } from '@flotilla/shared/errors';
import { renderTemplate, TemplateError } from '@flotilla/shared/template/template';
import type { PlanItem } from '../plans/readPlan.ts';

/** The texts of a Changeset, as its host gets them. */
export interface ChangesetTexts {
  /** `refs/heads/…` */
  readonly branch: string;
  readonly title: string;
  readonly body: string;
  readonly message: string;
  readonly authorName: string;
  readonly authorEmail: string;
}

/** Who commits where a template names nobody. */
const ourselves = { name: 'Flotilla', email: 'flotilla@localhost' } as const;

/** Renders a template for a Target. Throws `campaign.invalid`, whose sentence says which part is wrong. */
export function renderChangeset(
  campaign: { readonly name: string; readonly description: string; readonly template: CampaignTemplate },
  item: Pick<PlanItem, 'repository' | 'baseRef' | 'directory'>,
): ChangesetTexts {
  const { template } = campaign;
  const variables = changesetVariables(campaign, item);
  const render = (part: string, text: string): string => {
    try {
      return renderTemplate(text, variables);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      throw invalid(`The ${part} of the campaign is wrong: ${error.message}.`);
    }
  };
  const branch = render('branch', template.branch);
  const ref = branchRef(branch);
  if ('problem' in ref) throw invalid(`The branch "${branch.slice(0, 100)}" cannot be made: ${ref.problem}.`);
  const author = template.commit.author ?? ourselves;
  return {
    branch: ref.ref,
    title: oneLine(render('title', template.title)),
    body: render('body', template.body),
    message: render('commit message', template.commit.message),
    authorName: author.name,
    authorEmail: author.email,
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function invalid(message: string): FlotillaError {
  return new FlotillaError('campaign.invalid', message);
}
