/** What stands where a character was that nobody would see, or that would change how others are seen. */
const mark = '\ufffd';

/**
 * Controls, line and paragraph separators, halves of surrogate pairs, and all that Unicode draws as nothing: marks of
 * direction, joiners, tags, annotations, fillers, selectors of variants.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;
/** What looks like an emoji of several characters (UTS 51 §1.4.9), or is unseen. */
const unseenOrEmoji =
  /(\p{Emoji}(?:\p{EMod}|\ufe0f\u20e3?|[\u{e0020}-\u{e007e}]{1,8}\u{e007f})?(?:\u200d\p{Emoji}(?:\p{EMod}|\ufe0f)?)*)|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;
/** An emoji that everybody draws: only those may have what is unseen elsewhere. */
const knownEmoji = /^\p{RGI_Emoji}$/v;

/**
 * Text from outside (a name, a path, an output, a message) as one line in which every character is seen: it can neither
 * end the line, nor draw over another, nor turn the direction of what stands beside it, nor hide anything.
 */
export function oneLine(text: string): string {
  return replaceUnseen(text, () => mark);
}

/** The same for a text of several lines, such as a file's or a terminal's: line feeds and tabs stay. */
export function manyLines(text: string): string {
  return replaceUnseen(text.replaceAll('\r\n', '\n'), (found) =>
    found === '\n' || found === '\t' ? found : mark,
  );
}

/** The beginning of a text of more than so many characters (UTF-16 code units), and that it goes on. */
export function shortened(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  return `${text
    .slice(0, maxCharacters)
    .toWellFormed()
    .replace(/\ufffd$/, '')
    .trimEnd()}…`;
}

function replaceUnseen(text: string, instead: (found: string) => string): string {
  if (!unseen.test(text)) return text;
  return text.replace(unseenOrEmoji, (found, emoji: string | undefined) => {
    if (emoji === undefined) return instead(found);
    if (!unseen.test(emoji) || knownEmoji.test(emoji)) return emoji;
    return Array.from(emoji, (character) => (unseen.test(character) ? instead(character) : character)).join(
      '',
    );
  });
}
