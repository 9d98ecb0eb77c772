/**
 * The most files and folders that a commit may have to be searched and worked on; trees that are shared are counted wherever
 * they stand. The largest repositories in one piece that are known have some hundred thousand.
 */
export const maxTreePaths = 2_000_000;
