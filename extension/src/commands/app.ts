import type { ChangesetView } from '@flotilla/shared/campaign/views';
import type { ExtensionContext } from 'vscode';
import type { AttemptDocuments } from '../attempts/attemptDocuments.ts';
import type { ActionFiles } from '../authoring/actionFiles.ts';
import type { BaseVersions } from '../authoring/baseVersions.ts';
import type { ScopeDocuments } from '../authoring/scopeDocuments.ts';
import type { CampaignDocuments } from '../campaigns/campaignDocuments.ts';
import type { Connection } from '../connection/connection.ts';
import type { Tokens } from '../connection/tokens.ts';
import type { Logs } from '../logs/logs.ts';
import type { Catalogue } from '../model/catalogue.ts';
import type { ChangedFiles } from '../model/changedFiles.ts';
import type { JobNames } from '../model/jobNames.ts';
import type { ListNames } from '../model/listNames.ts';
import type { LiveModel } from '../model/liveModel.ts';
import type { Log } from '../platform/log.ts';
import type { Contents } from '../review/contents.ts';
import type { ReviewTabs } from '../review/reviewTabs.ts';
import type { CampaignsPane } from '../views/campaigns/campaignsPane.ts';
import type { ExecutionsTree } from '../views/executions/executionsTree.ts';
import type { ExecutionsPane } from '../views/executions/executionsPane.ts';
import type { JobLogsPane } from '../views/jobLogs/jobLogsPane.ts';

/** What commands work with: the parts that `extension.ts` puts together. */
export interface App {
  readonly context: ExtensionContext;
  readonly log: Log;
  readonly connection: Connection;
  readonly tokens: Tokens;
  readonly model: LiveModel;
  readonly names: JobNames;
  readonly changesetNames: ListNames<ChangesetView>;
  readonly catalogue: Catalogue;
  readonly files: ChangedFiles;
  readonly contents: Contents;
  readonly logs: Logs;
  readonly actionFiles: ActionFiles;
  readonly baseVersions: BaseVersions;
  readonly scopeDocuments: ScopeDocuments;
  readonly attemptDocuments: AttemptDocuments;
  readonly executionsTree: ExecutionsTree;
  readonly executionsPane: ExecutionsPane;
  readonly jobLogsPane: JobLogsPane;
  readonly campaignsPane: CampaignsPane;
  readonly campaignDocuments: CampaignDocuments;
  readonly reviewTabs: ReviewTabs;
  /** Ids of the Executions that were cancelled from this window. */
  readonly cancelledHere: Set<number>;
  /** Scheme, host and port of the service that is meant; empty without one. */
  readonly origin: () => string;
}

/**
 * A command's work. `argument` is what a menu, a row or a CodeLens passed; undefined from the palette. `selected` are the rows
 * that are selected with it, where a view lets a person select several.
 */
export type CommandHandler = (app: App, argument: unknown, selected: readonly unknown[]) => Promise<void>;
