/** The kind of work that brings a Changeset at its host to what is wanted. */
export const reconcileName = 'reconcile';
