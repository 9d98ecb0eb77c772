/** The service as a program: `node service/src/main.ts`. Configuration: config.ts. */
import { keepCompiledCode } from '@flotilla/launcher/compileCache';

keepCompiledCode();
const { runProgram } = await import('./program.ts');
// Not by itself: all is closed by now, and Node 24 once went round in its own clean-up for ever (after a soak).
process.exit(await runProgram());
