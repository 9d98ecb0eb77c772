import { maxPatchFiles } from '@flotilla/shared/protocol/streams';
import { BinaryHunk } from './binaryHunk.ts';
import { nameIn, partNamesIn, type PartNames } from './partNames.ts';
import { maxUnpackedBytes } from './patchLimits.ts';
import { PatchRefusal } from './patchRefusal.ts';

/** No header has a longer line: two paths of 4096 bytes, each byte written as `\ooo`. */
const maxHeaderBytes = 64 * 1024;

const lineFeed = 0x0a;
const [space, plus, minus, backslash] = [0x20, 0x2b, 0x2d, 0x5c];

const modeLine = /^(?:old mode|new mode|new file mode|deleted file mode) (?:100644|100755|120000)$/;
const submoduleRemoval = 'deleted file mode 160000';
const submoduleLine = /^(?:new file mode|new mode|old mode) 160000$|^index \S+ 160000$/;
const indexLine = /^index [0-9a-f]{7,64}\.\.[0-9a-f]{7,64}(?: (?:100644|100755|120000))?$/;
const hunkLine = /^@@ -\d{1,10}(?:,(\d{1,10}))? \+\d{1,10}(?:,(\d{1,10}))? @@/;

type Expect = (line: Buffer) => void;

/**
 * Reads a Patch line by line and refuses whatever `git diff --binary --no-renames` does not write: what git's own reading
 * would skip, guess, or spend memory on without a bound. It holds one line at most, and of a long one the beginning.
 */
export class PatchForm {
  #parts = 0;
  #lines = 0;
  #unpackedBytes = 0;
  /** The beginning of a line whose end has not come yet. */
  #begun: Buffer = Buffer.alloc(0);
  #isLineOpen = false;
  /** What the header of the part had so far. */
  #header = { modes: 0, hasIndex: false };
  #names: PartNames = { old: '', new: '' };
  #oldLines = 0;
  #newLines = 0;
  #binary: BinaryHunk | undefined;
  /** Reads the next line. */
  #expect: Expect = (line) => this.#partStart(line);
  /** Whether the Patch may end here. */
  #mayEnd = true;

  /** How many parts there were: one for each file, two where a file became a link or the other way round. */
  get parts(): number {
    return this.#parts;
  }

  /** Throws a {@link PatchRefusal} at the first line that is not git's. */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < bytes.length;) {
      const found = bytes.indexOf(lineFeed, at);
      const piece = bytes.subarray(at, found === -1 ? bytes.length : found);
      this.#extend(piece);
      at += piece.length + 1;
      if (found === -1) return;
      this.#lines += 1;
      const line = this.#begun;
      this.#begun = Buffer.alloc(0);
      this.#isLineOpen = false;
      this.#expect(line);
    }
  }

  /** Throws a {@link PatchRefusal} when the Patch is cut off, or has nothing in it. */
  end(): void {
    if (this.#isLineOpen || !this.#mayEnd || this.#parts === 0)
      throw new PatchRefusal(`it ends within a part, after line ${this.#lines}`);
  }

  /** One copy at most for each chunk, so that a line of the whole Patch's length takes no more than linear time. */
  #extend(piece: Buffer): void {
    this.#isLineOpen = true;
    if (this.#begun.length === 0) this.#begun = piece.subarray(0, maxHeaderBytes);
    else if (this.#begun.length < maxHeaderBytes)
      this.#begun = Buffer.concat([this.#begun, piece.subarray(0, maxHeaderBytes - this.#begun.length)]);
  }

  #next(expect: Expect, mayEnd: boolean): void {
    this.#expect = expect;
    this.#mayEnd = mayEnd;
  }

  #refuse(): never {
    throw new PatchRefusal(`line ${this.#lines} is not what git writes there`);
  }

  #partStart(line: Buffer): void {
    const names = line.length < maxHeaderBytes ? partNamesIn(line.toString('latin1')) : undefined;
    if (names === undefined) this.#refuse();
    this.#names = names;
    this.#parts += 1;
    if (this.#parts > 2 * maxPatchFiles) throw tooManyFiles();
    this.#header = { modes: 0, hasIndex: false };
    this.#next((next) => this.#headerLine(next), false);
  }

  #headerLine(line: Buffer): void {
    if (line.length >= maxHeaderBytes) this.#refuse();
    const { modes, hasIndex } = this.#header;
    const text = line.toString('latin1');
    if (submoduleLine.test(text))
      throw new PatchRefusal('it changes a submodule, which is a commit of another repository');
    if (!hasIndex && modes < 2 && (modeLine.test(text) || text === submoduleRemoval)) {
      this.#header.modes += 1;
      this.#mayEnd = true;
    } else if (!hasIndex && indexLine.test(text)) {
      this.#header.hasIndex = true;
      this.#mayEnd = true;
    } else if (text.startsWith('--- ') && isNameOr(nameIn(text), this.#names.old))
      this.#next((next) => this.#newName(next), false);
    else if (hasIndex && text === 'GIT binary patch')
      this.#next((next) => this.#binaryStart(next, true), false);
    else if (this.#mayEnd) this.#partStart(line);
    else this.#refuse();
  }

  #newName(line: Buffer): void {
    const text = line.toString('latin1');
    if (!text.startsWith('+++ ') || !isNameOr(nameIn(text), this.#names.new)) this.#refuse();
    this.#next((next) => this.#hunkStart(next), false);
  }

  #hunkStart(line: Buffer): void {
    const [header, oldLines = '1', newLines = '1'] = hunkLine.exec(line.toString('latin1')) ?? [];
    if (header === undefined) this.#refuse();
    this.#oldLines = Number(oldLines);
    this.#newLines = Number(newLines);
    if (this.#oldLines + this.#newLines === 0) this.#refuse();
    this.#next((next) => this.#hunkBody(next), false);
  }

  #hunkBody(line: Buffer): void {
    const [sign] = line;
    if (sign === space || sign === minus) this.#oldLines -= 1;
    if (sign === space || sign === plus) this.#newLines -= 1;
    if (sign !== space && sign !== minus && sign !== plus && sign !== backslash) this.#refuse();
    if (this.#oldLines < 0 || this.#newLines < 0) this.#refuse();
    if (this.#oldLines + this.#newLines === 0) this.#next((next) => this.#afterHunk(next), true);
  }

  #afterHunk(line: Buffer): void {
    if (line[0] === backslash) return;
    if (startsWith(line, '@@ ')) this.#hunkStart(line);
    else this.#partStart(line);
  }

  #binaryStart(line: Buffer, isForward: boolean): void {
    const [, kind, size] = /^(literal|delta) (\d{1,15})$/.exec(line.toString('latin1')) ?? [];
    if (kind === undefined) {
      if (isForward) this.#refuse();
      return this.#partStart(line);
    }
    this.#unpack(Number(size));
    // Only the first of the two is applied; the other, which undoes it, is unpacked all the same.
    const isApplied = kind === 'delta' && isForward;
    this.#binary = isApplied ? new BinaryHunk() : undefined;
    this.#next((next) => this.#binaryBody(next, isForward), false);
  }

  #binaryBody(line: Buffer, isForward: boolean): void {
    if (line.length > 0) {
      this.#binary?.push(line);
      return;
    }
    if (this.#binary !== undefined) this.#unpack(this.#binary.resultBytes());
    if (isForward) this.#next((next) => this.#binaryStart(next, false), true);
    else this.#next((next) => this.#partStart(next), true);
  }

  #unpack(bytes: number): void {
    this.#unpackedBytes += bytes;
    if (this.#unpackedBytes <= maxUnpackedBytes) return;
    throw new PatchRefusal(
      `its binary files have more than ${maxUnpackedBytes / 1024 / 1024} MiB, which is the limit; leave large files out in a step, or by .gitignore`,
    );
  }
}

/** The refusal of a Patch that changes more than {@link maxPatchFiles}. */
export function tooManyFiles(): PatchRefusal {
  return new PatchRefusal(`it changes more than ${maxPatchFiles} files, which is the limit`);
}

/** A file that comes or goes has no name on the other side. */
function isNameOr(name: string, expected: string): boolean {
  return name === expected || name === '/dev/null';
}

function startsWith(line: Buffer, text: string): boolean {
  return line.subarray(0, text.length).toString('latin1') === text;
}
