/** Why a repository cannot be read; the message completes "it cannot be read: ". */
export class Unreadable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'Unreadable';
  }
}
