/** What VS Code, and we for a part of many files, write behind the title of a multi-diff editor. */
const behindTitle = /^(?: \(\d+\/\d+\))?(?: \(\d+ [^()]*\))?$/;

/** Whether a tab that is called so is a multi-diff editor of that title. */
export function isTabOf(label: string, title: string): boolean {
  return label.startsWith(title) && behindTitle.test(label.slice(title.length));
}
