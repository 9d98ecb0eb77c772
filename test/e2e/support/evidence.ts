import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Editor } from './editor.ts';
import type { Flotilla } from './flotilla.ts';
import { screenshotsFolder } from './workbench.ts';

/**
 * After a test that failed: a picture of the window, and what code-server, service and runners printed. Then what the test
 * left open in the window is closed: a menu would take every click of the tests that follow.
 */
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
    if (editor === undefined) return;
    await editor.workbench.overlays.clear();
    console.error(`The window had told: ${(await editor.workbench.notifications()).join(' | ')}`);
  });
}
