import { expect, it } from 'vitest';
import { modelFiles, nameOf } from './read-drop';

const file = (name: string, text = '') => new File([text], name);
const config = (fields: object) => [file('config.json', JSON.stringify(fields)), file('model.safetensors')];

it('files dropped without their folder are called what their config.json calls the model', async () => {
  expect(await nameOf(config({ _name_or_path: 'meta-llama/Llama-3.2-1B', model_type: 'llama' }))).toBe('Llama-3.2-1B');
  expect(await nameOf(config({ _name_or_path: 'C:\\models\\mine\\' }))).toBe('mine');
  expect(await nameOf(config({ _name_or_path: '', model_type: 'llama' }))).toBe('llama model');
  expect(await nameOf(config({ _name_or_path: 7 }))).toBe('2 files');
});

it('files that are no model’s keep a name that says so', async () => {
  expect(await nameOf([file('tiny.Q4.gguf')])).toBe('tiny.Q4.gguf');
  expect(await nameOf([file('config.json', '{'), file('model.safetensors')])).toBe('2 files');
});

it('weights of other kinds and strange files stay among those read, so that they can be named', () => {
  const names = (...given: string[]) => modelFiles(given.map((name) => file(name))).map(({ name }) => name);
  expect(names('config.json', 'photo.png', '.hidden.json')).toEqual(['config.json']);
  expect(names('tiny.gguf')).toEqual(['tiny.gguf']);
  expect(names('photo.png')).toEqual(['photo.png']);
});
