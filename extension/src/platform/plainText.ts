// Control characters, and the marks that turn the direction of text around them: a file name can hold both.
// eslint-disable-next-line no-control-regex -- they are what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text from outside as one printable line: of a file name, a repository, an output. */
export function oneLine(text: string): string {
  return text.replace(unprintable, '\ufffd');
}

/** Text from outside where VS Code draws `$(name)` as an icon: quick picks, messages, CodeLenses, the status bar. */
export function withoutIcons(text: string): string {
  return oneLine(text).replace(/\$\(/g, '$\u200b(');
}

/** Text from outside inside Markdown: shown as it is. */
export function escapeMarkdown(text: string): string {
  return oneLine(text).replace(/[\\`*_{}[\]()#+\-.!|<>~&:@]/g, '\\$&');
}
