import manifest from '../package.json' with { type: 'json' };

/** This program's version, as its package says. */
export const programVersion: string = manifest.version;
