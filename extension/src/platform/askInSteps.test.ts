import { expect, test } from 'vitest';
import { askInSteps, type Answer, type Step } from './askInSteps.ts';

interface Values {
  readonly name: string;
  readonly branch: string;
  readonly why: string;
}
const first: Values = { name: '', branch: '', why: '' };

/** A person who answers these, one after the other, and what they were asked. */
function person(...answers: (string | undefined)[]) {
  const asked: string[] = [];
  const ask = (what: keyof Values, isAsked?: (values: Values) => boolean): Step<Values> => ({
    ...(isAsked === undefined ? {} : { isAsked }),
    ask: async (values, { step, totalSteps }): Promise<Answer<Values>> => {
      asked.push(`${step}/${totalSteps} ${what} "${values[what]}"`);
      const answer = answers.shift();
      return answer === 'back' || answer === undefined ? answer : { answer: { ...values, [what]: answer } };
    },
  });
  return { asked, ask };
}

test('what was answered is asked again on the way back, with the answer as its default', async () => {
  const { asked, ask } = person('a', 'back', 'b', 'c');
  expect(await askInSteps('', [ask('name'), ask('branch')], first)).toEqual({
    name: 'b',
    branch: 'c',
    why: '',
  });
  expect(asked).toEqual(['1/2 name ""', '2/2 branch ""', '1/2 name "a"', '2/2 branch ""']);
});

test('a question that is only asked after some answers counts once it is to be asked', async () => {
  const { asked, ask } = person('partial', 'because');
  const steps = [ask('name'), ask('why', ({ name }) => name === 'partial')];
  expect(await askInSteps('', steps, first)).toMatchObject({ why: 'because' });
  expect(asked).toEqual(['1/1 name ""', '2/2 why ""']);
});

test('one that is put away ends it', async () => {
  const { asked, ask } = person('a', undefined);
  expect(await askInSteps('', [ask('name'), ask('branch'), ask('why')], first)).toBeUndefined();
  expect(asked).toHaveLength(2);
});
