import { expect, test } from 'vitest';
import type { ChoiceItem } from './choice-item';
import { mmluPaper } from './mmlu-paper';

const item: ChoiceItem = {
  file: 'x.jsonl',
  line: 1,
  subject: 'us_foreign_policy',
  question: ' Who was it?',
  choices: ['she', 'he', 'they', 'nobody'],
  gold: 2,
};

test('mmlu_paper asks as MMLU’s first script does: two spaces in the header, the question as it is, bare labels', () => {
  const example = { ...item, question: 'Where?', gold: 1 };
  const requests = mmluPaper.requests(item, [example]);
  expect(requests[0]).toEqual({
    kind: 'score',
    context:
      'The following are multiple choice questions (with answers) about  us foreign policy.\n\n' +
      'Where?\nA. she\nB. he\nC. they\nD. nobody\nAnswer: B\n\n' +
      ' Who was it?\nA. she\nB. he\nC. they\nD. nobody\nAnswer:',
    continuation: 'A',
    alone: true,
  });
  expect(requests.map((r) => r.kind === 'score' && r.continuation)).toEqual(['A', 'B', 'C', 'D']);
  expect([mmluPaper.defaultShots, mmluPaper.maxPromptTokens]).toEqual([5, 2048]);
});
