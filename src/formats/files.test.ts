import { expect, it } from 'vitest';
import { openFiles } from './files';
import { whatElse } from './not-a-model';
import { openWeights } from './safetensors';
import { expectFailure, safetensorsFile, vectors } from './testing';

const { header, bytes } = vectors({ a: 4 });

/** As a browser's folder picker gives it. */
function file(path: string, content: BlobPart = '{}'): File {
  const picked = new File([content], path.slice(path.lastIndexOf('/') + 1));
  return Object.defineProperty(picked, 'webkitRelativePath', { value: path.includes('/') ? path : '' });
}
const weights = (path: string) => file(path, safetensorsFile(header, bytes));

it('a picked folder is a model, with whatever else lies in and below it', async () => {
  const picked = [
    file('m/config.json', '{"x":1}'),
    weights('m/model.safetensors'),
    file('m/onnx/config.json'),
    file('m/.git/HEAD'),
  ];
  const model = openFiles('m', picked);
  expect(model.id).toBe('m');
  expect(await model.text('config.json')).toBe('{"x":1}');
  expect((await openWeights(model)).get('a')?.shape).toEqual([4]);
  expect(await model.has('HEAD')).toBe(false);
});

it('files picked one by one, or a folder above the model, do as well', async () => {
  const loose = openFiles('loose', [weights('model.safetensors'), file('config.json')]);
  expect((await openWeights(loose)).size).toBe(1);
  const deep = openFiles('deep', [
    file('a/readme.md'),
    file('a/b/config.json', '{"y":2}'),
    weights('a/b/model.safetensors'),
  ]);
  expect(await deep.text('config.json')).toBe('{"y":2}');
  expect((await openWeights(deep)).size).toBe(1);
});

it('no config.json, or two models, is refused with the names', async () => {
  await expectFailure(() => openFiles('x', []), 'file-missing', 'No file');
  const texts = openFiles('x', [file('a.txt'), file('b.txt')]);
  await expectFailure(texts.text('config.json'), 'file-missing', 'config.json', 'a.txt, b.txt');
  const two = [file('m/one/config.json'), file('m/two/config.json')];
  await expectFailure(() => openFiles('x', two), 'file-missing', 'm/one/', 'm/two/');
});

it('a missing file is named with what there is', async () => {
  const model = openFiles('half', [file('config.json')]);
  await expectFailure(model.open('s-1.safetensors'), 'file-missing', 's-1.safetensors', 'half', 'config.json');
});

it('weights of another kind, dropped by themselves, are named', async () => {
  for (const picked of [file('tiny.onnx'), file('m/tiny.onnx')]) {
    expect((await whatElse(openFiles('tiny.onnx', [picked])))?.message).toBe('tiny.onnx has its weights as ONNX only.');
  }
});
