import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Editor } from './editor.ts';
import type { Flotilla } from './flotilla.ts';
import { screenshotsFolder } from './workbench.ts';

/** After a test that failed: a picture of the window, and what code-server, service and runners printed. */
export function keepEvidence(
  parts: () => { editor: Editor | undefined; flotilla: Flotilla | undefined },
): void {
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    const { editor, flotilla } = parts();
    const name = `failed-${task.name.replace(/\W+/g, '-').slice(0, 80)}`;
    await mkdir(screenshotsFolder, { recursive: true });
    await editor?.workbench.screenshot(name);
    await writeFile(join(screenshotsFolder, `${name}-code-server.log`), editor?.output() ?? '');
    await writeFile(join(screenshotsFolder, `${name}-flotilla.log`), flotilla?.output() ?? '');
    console.error(`What the window showed is in ${join(screenshotsFolder, name)}*`);
  });
}
