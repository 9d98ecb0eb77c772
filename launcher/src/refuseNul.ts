/** Throws a TypeError that says where, when a program cannot be started because of a NUL: C takes it for an end. */
export function refuseNul(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): void {
  if (command.includes('\0')) throw new TypeError('It cannot be started: the name of the program has a NUL.');
  const wrong = args.findIndex((arg) => arg.includes('\0'));
  if (wrong !== -1)
    throw new TypeError(`It cannot be started: argument ${wrong + 1} of ${command} has a NUL.`);
  const named = Object.entries(env).find(([name, value]) => name.includes('\0') || value.includes('\0'));
  if (named !== undefined)
    throw new TypeError(
      `It cannot be started: the variable ${named[0].replaceAll('\0', '')} of ${command} has a NUL.`,
    );
}
