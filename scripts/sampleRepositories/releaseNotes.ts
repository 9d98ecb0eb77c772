import { workflow } from './workflow.ts';

/** A script that has moved to the new image already, so that the demo's Action leaves it alone. */
export const releaseNotes = {
  '.github/workflows/ci.yml': workflow('ubuntu-24.04', ['shellcheck release-notes']),
  'release-notes': {
    executable: true,
    content: `#!/bin/sh
# Prints the subjects of the commits since the last tag.
set -eu
git log --format='- %s' "$(git describe --tags --abbrev=0)..HEAD"
`,
  },
} as const;
