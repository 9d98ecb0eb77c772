import type { NamedRepository, Target } from './target.ts';

/** A Target, or a repository of which none is known. */
export type PerhapsTarget = NamedRepository & Partial<Pick<Target, 'baseRef' | 'directory'>>;

/** Equal for two Targets that differ in their commit alone, and in what their repository is called. */
export function targetKey({
  repositoryId,
  baseRef = '',
  directory = '',
}: Pick<PerhapsTarget, 'repositoryId' | 'baseRef' | 'directory'>): string {
  return JSON.stringify([repositoryId, baseRef, directory]);
}
