/** The service as a program: `node service/src/main.ts`. Configuration: config.ts. */
import { runProgram } from './program.ts';

process.exitCode = await runProgram();
