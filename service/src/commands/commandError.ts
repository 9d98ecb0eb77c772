/** Something that the caller of a command has to put right: one sentence. */
export class CommandError extends Error {}
