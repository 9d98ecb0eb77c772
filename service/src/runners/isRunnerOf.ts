export { isRunnerOf } from './queries/isRunnerOf.ts';
