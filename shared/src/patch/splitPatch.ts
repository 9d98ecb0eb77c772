import { parseDiffHeader } from './diffHeader.ts';

/** The part of a Patch that is about one file: from its `diff --git` line up to the next. */
export interface PatchSection {
  /** The path after the change; of a deleted file, the path it had. */
  readonly path: string;
  readonly kind: 'added' | 'deleted' | 'changed';
  /** The bytes as git wrote them: a view into the Patch. */
  readonly bytes: Uint8Array;
}

const lineFeed = 0x0a;
const sectionStart = new TextEncoder().encode('diff --git ');
/** A section's header ends where its content begins. */
const contentStart = /^(@@ |--- |GIT binary patch|Binary files )/;

/**
 * The sections of a Patch in git's form, in their order. Inside a section no line starts with `diff --git `: lines of
 * text begin with a sign, lines of binary data have no blank.
 */
export function splitPatch(patch: Uint8Array): PatchSection[] {
  const starts: number[] = [];
  for (let at = 0; at < patch.length;) {
    if (startsWith(patch, at, sectionStart)) starts.push(at);
    const end = patch.indexOf(lineFeed, at);
    at = end === -1 ? patch.length : end + 1;
  }
  return starts.map((start, index) => readSection(patch.subarray(start, starts[index + 1] ?? patch.length)));
}

function readSection(bytes: Uint8Array): PatchSection {
  const lines = headerLines(bytes);
  return {
    path: parseDiffHeader(lines),
    kind: lines.some((line) => line.startsWith('new file mode '))
      ? 'added'
      : lines.some((line) => line.startsWith('deleted file mode '))
        ? 'deleted'
        : 'changed',
    bytes,
  };
}

function headerLines(bytes: Uint8Array): string[] {
  const decoder = new TextDecoder();
  const lines: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const found = bytes.indexOf(lineFeed, at);
    const end = found === -1 ? bytes.length : found;
    const line = decoder.decode(bytes.subarray(at, end));
    if (contentStart.test(line)) break;
    lines.push(line);
    at = end + 1;
  }
  return lines;
}

function startsWith(bytes: Uint8Array, at: number, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => bytes[at + index] === byte);
}
