/** Every command that package.json declares. A test compares the two. */
export const commandIds = [
  'flotilla.connect',
  'flotilla.disconnect',
  'flotilla.newAction',
  'flotilla.openAction',
  'flotilla.previewScope',
  'flotilla.runAction',
  'flotilla.runOnOneRepository',
  'flotilla.showLog',
  'flotilla.saveLog',
  'flotilla.reviewChanges',
  'flotilla.reviewAllChanges',
  'flotilla.openDiff',
  'flotilla.savePatches',
  'flotilla.cancelExecution',
  'flotilla.copyId',
  'flotilla.refresh',
  'flotilla.showMore',
  'flotilla.showExtensionLog',
  'flotilla.copyDiagnostics',
] as const;
export type CommandId = (typeof commandIds)[number];

/** Commands that rows of the trees offer, and that mean that row. A test compares them with package.json. */
export const rowCommandIds: ReadonlySet<string> = new Set<CommandId>([
  'flotilla.runAction',
  'flotilla.previewScope',
  'flotilla.openAction',
  'flotilla.runOnOneRepository',
  'flotilla.reviewAllChanges',
  'flotilla.cancelExecution',
  'flotilla.savePatches',
  'flotilla.reviewChanges',
  'flotilla.showLog',
  'flotilla.openDiff',
  'flotilla.saveLog',
  'flotilla.copyId',
]);
