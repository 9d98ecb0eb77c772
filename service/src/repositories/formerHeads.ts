/**
 * How long the pin of a commit stays that is a head no more, in seconds: longer than anybody takes who read it as a head, to
 * search it and then name it in a row.
 */
export const formerHeadSeconds = 3600;
