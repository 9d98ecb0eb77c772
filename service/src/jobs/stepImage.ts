import type { Definition } from '@flotilla/shared/definition/definition';
import type { StepDefinition } from '@flotilla/shared/definition/stepDefinition';

/**
 * The image a Step runs in. An Execution's own copy of the Definition always names the image of `command` steps: the
 * service's default is filled in when the Execution is created, so that a later change of it touches no Execution.
 */
export function imageOf(definition: Definition, step: StepDefinition): string {
  if (step.type === 'docker') return step.image;
  if (definition.image === null) throw new Error('an Execution has a command step and no image');
  return definition.image;
}
