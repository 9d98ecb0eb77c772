/** How long a scope is kept for who looks at it: time to read a long one. */
export const keptSeconds = 15 * 60;

/** So many of one user, who looks at them in several windows; a large one takes megabytes. */
export const keptScopesOfUser = 16;
