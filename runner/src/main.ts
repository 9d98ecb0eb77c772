/** The runner as a program: `node runner/src/main.ts`. Configuration: config.ts. */
import { runProgram } from './program.ts';

process.exitCode = await runProgram();
