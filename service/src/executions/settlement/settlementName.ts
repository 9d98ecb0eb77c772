/** The kind of work that settles the end of an Execution. */
export const settlementName = 'settle';
