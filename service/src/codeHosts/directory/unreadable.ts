/** Why a repository, or the folder of them, cannot be read; the message completes "it cannot be read: ". */
export class Unreadable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'Unreadable';
  }
}
