export { countOnlineRunners as countOnline } from './queries/countOnlineRunners.ts';
