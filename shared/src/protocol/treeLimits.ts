/** The most files and folders that a commit may have to be worked on; trees that are shared are counted wherever they stand. */
export const maxTreePaths = 2_000_000;
