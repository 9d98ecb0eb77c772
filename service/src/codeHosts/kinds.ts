import type { CodeHostKind } from './codeHost.ts';
import { directory } from './directory/kind.ts';
import { git } from './git/kind.ts';
import { gitea } from './gitea/kind.ts';

/** The kinds of code hosts by what rows call them. A new one is its folder, and a line here. */
export const codeHostKinds: Readonly<Record<string, CodeHostKind>> = { directory, git, gitea };
