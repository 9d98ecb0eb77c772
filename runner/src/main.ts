/** The runner as a program: `node runner/src/main.ts`. Configuration: config.ts. */
import { keepCompiledCode } from '@flotilla/launcher/compileCache';

keepCompiledCode();
const { runProgram } = await import('./program.ts');
// Not by itself: all is closed by now, and Node 24 once went round in its own clean-up for ever (after a soak).
// And a connection to an engine that hangs is nobody's to wait for.
process.exit(await runProgram());
