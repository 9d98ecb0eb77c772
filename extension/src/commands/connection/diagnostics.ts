import { env, l10n, UIKind, version, workspace } from 'vscode';
import { liveExecutions } from '../../model/liveExecutions.ts';
import { countOnline, liveRunners } from '../../model/liveRunners.ts';
import { describeState } from '../../connection/describe.ts';
import { tell } from '../../platform/messages.ts';
import type { App } from '../app.ts';

/** Shows the extension's own log. */
export async function showExtensionLog(app: App, _argument: unknown): Promise<void> {
  app.log.show();
  return Promise.resolve();
}

/** Copies what a bug report needs. No token, and no contents of any repository. */
export async function copyDiagnostics(app: App, _argument: unknown): Promise<void> {
  const { state } = app.connection;
  const manifest = app.context.extension.packageJSON as { version: string };
  const lines = [
    `Flotilla ${manifest.version}`,
    `${env.appName} ${version}, ${env.uiKind === UIKind.Web ? 'web' : 'desktop'}, ${env.appHost}`,
    `remote: ${env.remoteName ?? 'none'}`,
    `trusted workspace: ${workspace.isTrusted}`,
    `connection: ${state.kind} — ${describeState(state)}`,
    ...('address' in state ? [`server: ${state.address.baseUrl}`] : []),
    ...(state.kind === 'online'
      ? [
          `service: ${state.server.version}, protocol ${state.server.protocol.min} to ${state.server.protocol.max}`,
          `user: ${state.server.user.name}, ${state.server.user.role}`,
        ]
      : []),
    `runners online: ${countOnline(app.model.of(liveRunners).rows) ?? 'unknown'}`,
    `executions held: ${app.model.of(liveExecutions).rows()?.length ?? 0}`,
  ];
  await env.clipboard.writeText(`${lines.join('\n')}\n`);
  void tell('information', l10n.t('The diagnostics are in the clipboard.'));
}
