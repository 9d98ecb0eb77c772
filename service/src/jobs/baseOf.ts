export { selectBase as baseOf } from './queries/selectBase.ts';
