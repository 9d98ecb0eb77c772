import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import texts from '../../package.nls.json' with { type: 'json' };
import { commandIds, rowCommandIds } from './commandIds.ts';
import { schemes } from './schemes.ts';
import { viewIds } from './viewIds.ts';

const { contributes } = manifest;
const whole = JSON.stringify(manifest);

describe('package.json', () => {
  test('declares the commands that the code registers, and no others', () => {
    expect(contributes.commands.map((command) => command.command)).toEqual([...commandIds]);
  });

  test('declares the views that the code fills', () => {
    expect(contributes.views.flotilla.map((view) => view.id)).toEqual([...viewIds]);
  });

  test('names only commands that are declared, in menus and in welcome views', () => {
    const known = new Set<string>(commandIds);
    const inMenus = Object.values(contributes.menus).flatMap((items) => items.map((item) => item.command));
    const inTexts = [...JSON.stringify(texts).matchAll(/command:(flotilla\.\w+)/g)].map(([, id]) => id);
    expect([...inMenus, ...inTexts].filter((id) => !known.has(id ?? ''))).toEqual([]);
  });

  test('offers on rows the commands that know what a row is, and no others', () => {
    const onRows = contributes.menus['view/item/context'].map((item) => item.command);
    expect(new Set(onRows)).toEqual(rowCommandIds);
  });

  test('has a text for each of its keys, and no text without a key', () => {
    const keys = [...whole.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
    expect(new Set(keys)).toEqual(new Set(Object.keys(texts)));
  });

  test('wakes the extension for documents of each of its schemes', () => {
    for (const scheme of Object.values(schemes)) {
      expect(manifest.activationEvents).toContain(`onFileSystem:${scheme}`);
    }
  });

  test('asks for no proposed API and no runtime dependency', () => {
    expect(manifest).not.toHaveProperty('enabledApiProposals');
    expect(manifest).not.toHaveProperty('dependencies');
  });
});
