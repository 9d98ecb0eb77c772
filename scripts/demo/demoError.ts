/** What the person who started the demo has to put right: one sentence, or one per line where several things are wrong. */
export class DemoError extends Error {}

/** The person pressed Ctrl-C, or asked the process to end. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
  }
}
