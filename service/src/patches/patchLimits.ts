const mebibyte = 1024 * 1024;

/**
 * The most bytes that the binary files of a Patch may have together when they are unpacked: git holds them in memory, twice.
 * VS Code opens no file of more than 50 MB.
 */
export const maxUnpackedBytes = 64 * mebibyte;

/**
 * What a git may allocate that applies a Patch, or compares its trees. For one of 50 MiB it needs 160 MiB, for two versions of
 * a binary file of 60 MB 192 MiB; a text of 16 MB in lines of one letter needs gigabytes, and is refused.
 */
export const patchMemoryBytes = 256 * mebibyte;

/**
 * What a git may allocate that writes a Patch as text. For two versions of a binary file of 64 MiB that differ in a byte it
 * needs 384 MiB; with less it writes both whole, without a word.
 */
export const patchTextMemoryBytes = 416 * mebibyte;
