import { png } from './png.ts';
import { workflow } from './workflow.ts';

/** Pictures and texts: binary files, and file names as people who do not program give them. */
export const brandAssets = {
  '.github/workflows/ci.yml': workflow('ubuntu-20.04', ['./check-sizes']),
  'check-sizes': {
    executable: true,
    content: `#!/bin/sh
# No picture may be larger than a megabyte.
set -eu
test -z "$(find . -name '*.png' -size +1M -print -quit)"
`,
  },
  'logo/logo.png': png(48, 48, (x, y) => (x - 24) ** 2 + (y - 24) ** 2),
  'logo/current.png': { symlink: 'logo.png' },
  'how to/check on ubuntu-20.04.png': png(64, 24, (x, y) => x * 4 + y),
  'how to/Größen prüfen.md': '# Größen prüfen\n\nDie Prüfung läuft in CI auf ubuntu-20.04.\n',
  'how to/サイズの確認.md': '# サイズの確認\n\nCI は ubuntu-20.04 で動きます。\n',
  'texts/claim "final" (2).txt': 'Light, where you need it.\n',
  '-draft.txt': 'A name like an option. Checked on ubuntu-20.04.\n',
} as const;
