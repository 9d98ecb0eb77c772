/** What the person who started the demo has to put right: one sentence, or one per line where several things are wrong. */
export class DemoError extends Error {}
