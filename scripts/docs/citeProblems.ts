import type { Page } from './page.ts';

/** A section of something that is not in this repository; RFCs and other standards have names that everybody finds. */
const section = /(?<!RFC \d+,? |UTS \d+ )§ ?\d/;

/** Sections that code and pages cite and that no reader finds. What was migrated stays as it was. */
export function citeProblems(pages: readonly Page[]): string[] {
  return pages.flatMap(({ path, text }) =>
    path.startsWith('migrations/')
      ? []
      : text
          .split('\n')
          .flatMap((line, index) =>
            section.test(line)
              ? [`${path}:${index + 1} cites a section that is not here: name a page of docs/`]
              : [],
          ),
  );
}
