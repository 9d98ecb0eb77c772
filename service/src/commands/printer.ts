/** Where a command prints: what a program reads to `out`, words for people to `say`, each one line. */
export interface Printer {
  out(line: string): void;
  say(line: string): void;
}

/** Standard output for programs, standard error for people. */
export const printer: Printer = {
  out: (line) => void process.stdout.write(`${line}\n`),
  say: (line) => void process.stderr.write(`${line}\n`),
};
