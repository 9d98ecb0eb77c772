import { window, workspace, type ExtensionContext } from 'vscode';
import { AttemptDocuments } from './attempts/attemptDocuments.ts';
import { registerActionDocuments } from './authoring/actionDocuments.ts';
import { ActionFiles } from './authoring/actionFiles.ts';
import { BaseVersions } from './authoring/baseVersions.ts';
import { registerCodeLenses } from './authoring/codeLenses.ts';
import { registerDiagnostics } from './authoring/diagnostics.ts';
import { ScopeDocuments } from './authoring/scopeDocuments.ts';
import { CampaignDocuments } from './campaigns/campaignDocuments.ts';
import { registerCommands } from './commands/register.ts';
import { readEnvironment } from './config.ts';
import { Connection } from './connection/connection.ts';
import { describeState } from './connection/describe.ts';
import { holdWhile } from './connection/holdWhile.ts';
import { parseServerAddress } from './connection/serverAddress.ts';
import { Tokens } from './connection/tokens.ts';
import { setContextKey } from './contributions/contextKeys.ts';
import { schemes } from './contributions/schemes.ts';
import { readSetting, settingsSection } from './contributions/settings.ts';
import { Logs } from './logs/logs.ts';
import { Catalogue } from './model/catalogue.ts';
import { ChangedFiles } from './model/changedFiles.ts';
import { JobNames } from './model/jobNames.ts';
import { ListNames } from './model/listNames.ts';
import { liveAttempts } from './model/liveAttempts.ts';
import { liveChangesets } from './model/liveChangesets.ts';
import { liveExecutions, unendedExecutions } from './model/liveExecutions.ts';
import { liveJobs } from './model/liveJobs.ts';
import { LiveModel } from './model/liveModel.ts';
import { Waits } from './model/waits.ts';
import { Disposables, type Disposable } from './platform/disposables.ts';
import { createLog } from './platform/log.ts';
import { Contents } from './review/contents.ts';
import { registerPatchFiles } from './review/patchFiles.ts';
import { ReviewTabs } from './review/reviewTabs.ts';
import { createActionsPane } from './views/actions/actionsPane.ts';
import { ActionsTree } from './views/actions/actionsTree.ts';
import { CampaignsPane } from './views/campaigns/campaignsPane.ts';
import { CampaignsTree } from './views/campaigns/campaignsTree.ts';
import { registerEndNotices } from './views/executions/endNotices.ts';
import { ExecutionsTree } from './views/executions/executionsTree.ts';
import { ExecutionsPane } from './views/executions/executionsPane.ts';
import { registerFileDecorations } from './views/executions/fileDecorations.ts';
import { JobLogsTree } from './views/jobLogs/jobLogsTree.ts';
import { JobLogsPane } from './views/jobLogs/jobLogsPane.ts';
import { RunnersTree } from './views/runners/runnersTree.ts';
import { RunnersPane } from './views/runners/runnersPane.ts';
import { StatusBar } from './views/statusBar.ts';

/** Puts the parts together. Nothing here waits, asks or dials: the connection opens when something needs it. */
export function activate(context: ExtensionContext): void {
  const owned = new Disposables();
  context.subscriptions.push(owned);

  const log = owned.own(createLog());
  const environment = readEnvironment();
  const tokens = new Tokens(context.secrets, environment);
  const connection = owned.own(
    new Connection({
      address: () => parseServerAddress(readSetting('server.url') || (environment?.url ?? '')),
      allowInsecure: () => readSetting('server.allowInsecure'),
      token: (origin) => tokens.read(origin),
      describe: describeState,
      log,
    }),
  );
  const origin = () => ('address' in connection.state ? connection.state.address.origin : '');
  const model = owned.own(new LiveModel(connection));
  const jobs = model.of(liveJobs);
  const names = owned.own(new JobNames(jobs));
  const changesets = model.of(liveChangesets);
  const changesetNames = owned.own(new ListNames(changesets, ({ campaignId }) => campaignId));
  const catalogue = owned.own(new Catalogue(connection, model));
  const files = owned.own(new ChangedFiles(connection, jobs));
  const waits = owned.own(new Waits(connection, model, log));
  const contents = new Contents(connection);
  const logs = owned.own(new Logs(connection, log));
  const actionFiles = owned.own(new ActionFiles());
  const scopeDocuments = owned.own(new ScopeDocuments(connection));

  const attemptDocuments = owned.own(new AttemptDocuments(connection, model.of(liveAttempts)));

  const campaignDocuments = owned.own(new CampaignDocuments());
  const reviewTabs = owned.own(new ReviewTabs());
  owned.own(connection.onDidChangeServer(() => reviewTabs.clear()));

  const executionsTree = owned.own(new ExecutionsTree({ model, names, files, waits, log }));
  const jobLogsTree = owned.own(new JobLogsTree(model, log));
  const actionsTree = owned.own(new ActionsTree(actionFiles, catalogue));
  owned.own(createActionsPane(connection, catalogue, actionsTree));
  const campaignsTree = owned.own(new CampaignsTree({ model, names: changesetNames, log }));
  const campaignsPane = owned.own(new CampaignsPane(connection, model, campaignsTree));
  const runnersTree = owned.own(new RunnersTree({ connection, model, log }));
  owned.own(new RunnersPane(connection, model, runnersTree));
  const jobLogsPane = owned.own(new JobLogsPane(connection, model, names, jobLogsTree));
  const executionsPane = owned.own(
    new ExecutionsPane({
      connection,
      model,
      files,
      tree: executionsTree,
      log,
      onSelectJob: (job) => jobLogsPane.show(job),
    }),
  );
  const statusBar = owned.own(new StatusBar(connection, model));

  const cancelledHere = new Set<number>();
  owned.own(registerEndNotices(connection, model.of(liveExecutions), cancelledHere));
  owned.own(registerDiagnostics());
  owned.own(registerCodeLenses(scopeDocuments));
  owned.own(registerActionDocuments(connection));
  owned.own(registerPatchFiles(contents));
  owned.own(registerFileDecorations(jobs, files));
  owned.own(
    registerCommands({
      context,
      log,
      connection,
      tokens,
      model,
      names,
      changesetNames,
      catalogue,
      files,
      contents,
      logs,
      actionFiles,
      baseVersions: new BaseVersions(context.workspaceState),
      scopeDocuments,
      attemptDocuments,
      executionsTree,
      executionsPane,
      jobLogsPane,
      campaignsPane,
      campaignDocuments,
      reviewTabs,
      cancelledHere,
      origin,
    }),
  );

  owned.own(holdWhileNeeded(connection, model));
  owned.own(
    connection.onDidChangeState(({ kind }) => {
      setContextKey('flotilla:connection', kind);
      setContextKey('flotilla:configured', kind !== 'unconfigured');
    }),
  );
  owned.own(context.secrets.onDidChange(() => void connection.reconsider()));
  owned.own(
    workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration(settingsSection)) return;
      void connection.reconsider();
      statusBar.show();
    }),
  );
  void connection.reconsider();
}

/** Holds the connection while an Execution of the user is live or a document of ours is open. */
function holdWhileNeeded(connection: Connection, model: LiveModel): Disposable {
  const owned = new Disposables();
  const executions = model.of(liveExecutions);
  const ourSchemes = new Set<string>(Object.values(schemes));
  const live = owned.own(holdWhile(connection, () => unendedExecutions(executions).some(({ mine }) => mine)));
  const open = owned.own(
    holdWhile(connection, () =>
      window.visibleTextEditors.some(({ document }) => ourSchemes.has(document.uri.scheme)),
    ),
  );
  owned.own(model.onDidChange(() => live.look()));
  owned.own(window.onDidChangeVisibleTextEditors(() => open.look()));
  return owned;
}
