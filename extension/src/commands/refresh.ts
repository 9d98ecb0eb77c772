import type { App } from './app.ts';

/** Lists everything again. The feed of changes makes this needless, but people like to be sure. */
export async function refresh(app: App, _argument: unknown): Promise<void> {
  app.actionFiles.refresh();
  if (app.connection.state.kind === 'unconfigured') return;
  await Promise.all([app.model.refresh(), app.catalogue.refresh()]);
}
