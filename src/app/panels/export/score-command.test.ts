import { expect, it } from 'vitest';
import { DEFAULT_HOST } from '../../../formats/hub-defaults';
import { STORIES } from '../../../lab/contract/bundled-texts';
import { parseDropList } from '../../../pruning/drop-list';
import type { CalibrationText } from '../../store/calibration';
import { scoreCommand } from './score-command';

const text = (part: Partial<CalibrationText> = {}) =>
  ({ source: STORIES.title, name: STORIES.name, text: 'Rosie ran.', seqLen: 128, ...part }) as CalibrationText;

it('of what ships with Lopper the command needs nothing else', () => {
  expect(scoreCommand({ kind: 'bundled' }, parseDropList('attn:2,3,ffn:7'), text())).toEqual({
    command:
      'npm run lopper -- score sapling --text public/calibration/stories.txt --seq-len 128 --drop attn:2,3,ffn:7',
    first: [],
  });
});

it('a model from the hub comes at its revision, from its host where that is another', () => {
  const hub = { kind: 'hub', repo: 'a/b', revision: 'v1', host: DEFAULT_HOST } as const;
  expect(scoreCommand(hub, [], text()).command).toMatch(/score a\/b --revision v1 --text/);
  expect(scoreCommand({ ...hub, revision: 'main', host: 'http://mirror' }, [], text()).command).toMatch(
    /score a\/b --host http:\/\/mirror --text/,
  );
});

it('a file of several and a precision are named', () => {
  const hub = { kind: 'hub', repo: 'a/b', revision: 'main', host: DEFAULT_HOST, file: 'x.Q4_0.gguf' } as const;
  expect(scoreCommand(hub, [], text(), 'q8').command).toMatch(
    /score a\/b --file x\.Q4_0\.gguf --text .* --precision q8$/,
  );
});

it('what only this machine has is said, and names are quoted', () => {
  const folder = { kind: 'files', name: "Ann's model" } as const;
  const { command, first } = scoreCommand(folder, [], text({ source: 'pasted text', name: undefined }));
  expect(command).toBe(`npm run lopper -- score './Ann'\\''s model' --text text.txt --seq-len 128`);
  expect(first).toEqual(["the model’s folder as ./Ann's model", 'the text as text.txt']);
  expect(scoreCommand(folder, [], text({ source: 'my notes.txt', name: undefined })).command).toContain(
    "--text 'my notes.txt'",
  );
  expect(scoreCommand(folder, [], text({ text: '[[1, 2]]', name: undefined })).command).toContain('--ids ids.json');
  const task = { task: 'school', limit: 50 };
  expect(scoreCommand(folder, [], text({ task, text: '' })).command).toContain('--calibration-task school --limit 50');
});
