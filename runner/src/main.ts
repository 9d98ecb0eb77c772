/** The runner as a program: `node runner/src/main.ts`. Configuration: config.ts. */
import { keepCompiledCode } from '@flotilla/launcher/compileCache';

keepCompiledCode();
const { runProgram } = await import('./program.ts');
process.exitCode = await runProgram();
