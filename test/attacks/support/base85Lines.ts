const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';

/** Lines of base 85, as git writes binary data into a Patch: a letter for the length, then five digits for four bytes. */
export function base85Lines(bytes: Buffer): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 52) {
    const piece = bytes.subarray(at, at + 52);
    let line = String.fromCharCode(piece.length <= 26 ? 64 + piece.length : 70 + piece.length);
    for (let group = 0; group < piece.length; group += 4) {
      const four = Buffer.alloc(4);
      piece.copy(four, 0, group, group + 4);
      let value = four.readUInt32BE();
      let five = '';
      for (let digit = 0; digit < 5; digit += 1) {
        five = (digits[value % 85] ?? '') + five;
        value = Math.floor(value / 85);
      }
      line += five;
    }
    lines.push(line);
  }
  return lines;
}
