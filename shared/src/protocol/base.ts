/**
 * The files that an Attempt works on: `GET /attempts/<id>/base?have=<commit>,…`, header `authorization: Bearer <lease
 * token>`. `have` names commits of the same repository that the runner has got this way before.
 *
 * Answers: 200 a git pack of the base commit and all that it contains, without its history, less what the commits of
 * `have` contain (a thin pack); 404 the mirror does not have the commit; 410 fenced: the Attempt is no longer the
 * caller's; 503 try again.
 */

/** The most commits that `have` may name. */
export const maxHave = 32;
