import { splitPatch, type PatchSection } from './splitPatch.ts';

/** A file of a Patch as the service lists it. */
export interface PatchedFile {
  readonly path: string;
  /** The path before a rename; null otherwise. */
  readonly previousPath: string | null;
}

/**
 * A Patch without some of its files, which still applies to its base. A renamed file takes the deletion of its old
 * path along (a Patch may write a rename as a deletion and a new file), and a file that stays in its place takes
 * along what can only be added where it is gone: `a/b` when `a` stays, and `a` when `a/b` stays.
 */
export function leaveOut(patch: Uint8Array, files: readonly PatchedFile[]): Uint8Array {
  const sections = splitPatch(patch);
  const paths = new Set(files.map((file) => file.path));
  const oldPaths = new Set(files.flatMap((file) => file.previousPath ?? []));
  const isLeftOut = (section: PatchSection) =>
    paths.has(section.path) || (section.kind === 'deleted' && oldPaths.has(section.path));
  const staying = sections.filter((section) => isLeftOut(section) && section.kind === 'deleted');
  const kept = sections.filter(
    (section) =>
      !isLeftOut(section) &&
      (section.kind === 'deleted' || !staying.some((other) => areNested(section.path, other.path))),
  );
  return concat(kept.map((section) => section.bytes));
}

function areNested(a: string, b: string): boolean {
  return a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
