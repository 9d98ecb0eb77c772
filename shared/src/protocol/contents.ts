/** The limits of what the service hands out by HTTP to be shown or saved; an editor takes no more. */

/** The most bytes of a file that are sent to be shown; VS Code opens none of more than 50 MB as text. */
export const maxContentBytes = 64 * 1024 * 1024;

/** The most bytes that the text of a Patch may have: a Runner's own have 50 MiB at most, and packing differs a little. */
export const maxTextBytes = 64 * 1024 * 1024;
