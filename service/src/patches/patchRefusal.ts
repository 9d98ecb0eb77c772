/** Why a Patch is not accepted: the end of a sentence that begins with "The patch was not accepted: ". */
export class PatchRefusal extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'PatchRefusal';
  }
}
