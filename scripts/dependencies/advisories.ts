import { z } from 'zod';

const severities = ['info', 'low', 'moderate', 'high', 'critical'] as const;

/** A known vulnerability of a package that a lockfile brings. */
export interface Advisory {
  /** The package that has it. */
  readonly name: string;
  readonly severity: (typeof severities)[number];
  readonly title: string;
}

/** The part of npm's report (version 2) that is read here. A package that only brings a vulnerable one names it instead. */
const report = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({
      via: z.array(
        z.union([
          z.string(),
          z.object({ name: z.string(), severity: z.enum(severities), title: z.string() }),
        ]),
      ),
    }),
  ),
});

/** What `npm audit --json` found, each once; undefined when it is no report, because the registry gave none. */
export function advisoriesOf(output: string): Advisory[] | undefined {
  const parsed = report.safeParse(parse(output));
  if (!parsed.success) return undefined;
  const found = Object.values(parsed.data.vulnerabilities)
    .flatMap(({ via }) => via)
    .filter((one) => typeof one === 'object');
  return [...new Map(found.map((one) => [`${one.name}\n${one.title}`, one])).values()];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
