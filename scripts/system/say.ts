import { createInterface } from 'node:readline/promises';

/** How the scripts tell what they are about to change on this machine. */
export interface Say {
  /** One line for the reader. */
  announce(text: string): void;
  /** Asks on a terminal and takes the answer; elsewhere announces it and goes on. False when the person declines. */
  mayI(deed: string): Promise<boolean>;
}

/** The scripts' way to speak: on standard error, so that standard output stays for results. */
export const sayOnTerminal: Say = {
  announce: (text) => void process.stderr.write(`${text}\n`),
  async mayI(deed) {
    if (!process.stdin.isTTY || !process.stderr.isTTY) {
      process.stderr.write(`${deed}\n`);
      return true;
    }
    const questions = createInterface({ input: process.stdin, output: process.stderr });
    try {
      const answer = await questions.question(`${deed} Go on? [Y/n] `);
      return /^(y(es)?)?$/i.test(answer.trim());
    } finally {
      questions.close();
    }
  },
};
