/** The kind of work that resolves the scope of an Execution. */
export const resolutionName = 'resolve';
