/** Fixed part of an entry of git's index, before its path; the mode is the 4 bytes at 24 (gitformat-index(5)). */
const entryBytes = 62;
const modeAt = 24;
const flagsAt = 60;
const gitlinkMode = 0o160000;
const extendedFlag = 0x4000;

/** Whether an index has a submodule. True for one of a version that is not known here: then git has to be asked. */
export function mayHaveGitlinks(index: Buffer): boolean {
  if (index.length < 12 || index.toString('latin1', 0, 4) !== 'DIRC') return true;
  const version = index.readUInt32BE(4);
  if (version !== 2 && version !== 3) return true;
  let at = 12;
  for (let count = index.readUInt32BE(8); count > 0; count--) {
    if (at + entryBytes > index.length) return true;
    if (index.readUInt32BE(at + modeAt) === gitlinkMode) return true;
    const isExtended = (index.readUInt16BE(at + flagsAt) & extendedFlag) !== 0;
    const pathEnd = index.indexOf(0, at + entryBytes + (isExtended ? 2 : 0));
    if (pathEnd === -1) return true;
    // An entry with its path is padded with 1 to 8 zero bytes to a multiple of 8.
    at += (pathEnd - at + 8) & ~7;
  }
  return false;
}
