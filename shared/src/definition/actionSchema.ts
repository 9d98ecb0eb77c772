import { z } from 'zod';
import { parseDuration } from './duration.ts';

const args = z.array(z.string());
const cacheDirs = z.array(
  z
    .string()
    .regex(/^\/[^/]/, 'A cache directory is an absolute path inside the container, such as "/root/.npm".'),
);
const image = z.string().min(1, 'An image must be named, such as "alpine:3".');

const commandStep = z.strictObject({
  type: z.literal('command'),
  args: args.min(1, 'A command step needs "args": the program and its arguments.'),
  image: z
    .null({ error: 'A command step takes no "image": use "type": "docker", or set "image" beside "steps".' })
    .optional(),
  cacheDirs: cacheDirs.optional(),
});

const dockerStep = z.strictObject({
  type: z.literal('docker'),
  image,
  args: args.optional(),
  cacheDirs: cacheDirs.optional(),
});

/** An Action file as people write it: the original format of `src actions exec`, with Flotilla's additions. */
export const actionFile = z.strictObject({
  $schema: z.string().optional(),
  name: z
    .string()
    .regex(/^[\w.-]+$/, 'A name has letters, digits, ".", "_" and "-" only.')
    .optional(),
  description: z.string().optional(),
  scopeQuery: z
    .string()
    .refine(
      (query) => query.trim() !== '',
      'Say which repositories: "scopeQuery" must not be empty. "repo:" matches all.',
    ),
  image: image.optional(),
  env: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'A variable name has letters, digits and "_" and no digit first.'),
      z.string({ error: 'The value of a variable is a string.' }),
    )
    .optional(),
  timeout: z
    .string()
    .refine(
      (text) => parseDuration(text) !== undefined,
      'A timeout is a duration such as "90s", "45m" or "1h30m".',
    )
    .optional(),
  network: z.enum(['default', 'none'], { error: '"network" is "default" or "none".' }).optional(),
  steps: z
    .array(
      z.discriminatedUnion('type', [commandStep, dockerStep], {
        error: 'A step\'s "type" is "command" or "docker".',
      }),
    )
    .min(1, 'An Action needs at least one step.'),
});

export type ActionFile = z.infer<typeof actionFile>;
