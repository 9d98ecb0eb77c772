import satisfies from 'spdx-satisfies';
import type { LockedPackage } from './lockfile.ts';
import {
  developmentLicences,
  licencesByHand,
  scriptsAccepted,
  shippedLicences,
  termsAccepted,
} from './policy.ts';

/** What is wrong with the packages of a lockfile, a sentence each. */
export function problemsOf(packages: readonly LockedPackage[]): string[] {
  return packages.flatMap((one) => {
    const name = `${one.path}@${one.version}`;
    return [
      ...(hasStrongHash(one) ? [] : [`${name} has no SHA-512: what arrives could be anything.`]),
      ...(one.resolved === undefined
        ? []
        : [`${name} comes from ${one.resolved}: it must come from the registry that is configured.`]),
      ...(mayRunScripts(one)
        ? []
        : [
            `${name} runs a script when it is installed: read it, and name it in scripts/dependencies/policy.ts.`,
          ]),
      ...licenceProblem(one, name),
    ];
  });
}

function hasStrongHash({ integrity }: LockedPackage): boolean {
  return integrity !== undefined && /^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity);
}

function mayRunScripts({ path, runsScript }: LockedPackage): boolean {
  return !runsScript || Object.keys(scriptsAccepted).some((accepted) => isAt(path, accepted));
}

function licenceProblem(one: LockedPackage, name: string): string[] {
  if (Object.keys(termsAccepted).some((accepted) => one.path.startsWith(accepted))) return [];
  const licence = licencesByHand[`${baseName(one.path)}@${one.version}`] ?? one.licence;
  if (licence === undefined)
    return [`${name} says no licence: find it, and name it in scripts/dependencies/policy.ts.`];
  const allowed = one.isDevelopment ? developmentLicences : shippedLicences;
  return isWithin(licence, allowed)
    ? []
    : [`${name} is under ${licence}, which scripts/dependencies/policy.ts does not allow.`];
}

function isWithin(licence: string, allowed: readonly string[]): boolean {
  try {
    return satisfies(licence, [...allowed]);
  } catch {
    // It is no SPDX expression.
    return false;
  }
}

/** Whether a package has that name, wherever it is nested, or that scope. */
function isAt(path: string, accepted: string): boolean {
  return baseName(path) === accepted || baseName(path).startsWith(`${accepted}/`);
}

/** The name of a package that may be nested in others. */
function baseName(path: string): string {
  return path.split('node_modules/').at(-1) ?? path;
}
