/** Characters of the largest action file: no text within one, and no list, is longer. */
export const longestText = 1024 * 1024;
