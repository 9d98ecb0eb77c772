import type { CampaignPreview } from '@flotilla/shared/campaign/views';
import { shortened } from '@flotilla/shared/text/oneLine';
import type { User } from '../auth/tokens.ts';
import type { PlanContext } from '../plans/makePlan.ts';
import { missingOf } from '../plans/readPlan.ts';
import { prepareCampaign, type CampaignDraft } from './createCampaign.ts';
import { withFreeBranches } from './withFreeBranches.ts';

/** Letters of a body or a message that are shown: a thousand of them are one answer. */
const mostLetters = 2000;

/**
 * What a Campaign of an Execution would publish, its texts as its host would get them. Nothing is made but the Plan. Throws as
 * `createCampaign` does, but for missing results, which it counts.
 */
export async function previewCampaign(
  context: PlanContext,
  user: User,
  draft: CampaignDraft,
  signal: AbortSignal,
): Promise<CampaignPreview> {
  const { plan, rendered } = await prepareCampaign(context, user, draft, signal);
  const changesets = await withFreeBranches(context.sql, rendered);
  return {
    rows: changesets.map(({ item, texts }) => ({
      codeHostId: item.codeHostId,
      codeHost: item.codeHost,
      repositoryId: item.repositoryId,
      repository: item.repository,
      baseRef: item.baseRef,
      directory: item.directory,
      branch: texts.branch,
      title: texts.title,
      body: shortened(texts.body, mostLetters),
      message: shortened(texts.message, mostLetters),
      files: item.patch?.files ?? 0,
      addedLines: item.patch?.addedLines ?? 0,
      removedLines: item.patch?.removedLines ?? 0,
    })),
    missing: missingOf(plan),
    of: plan.items.length,
  };
}
