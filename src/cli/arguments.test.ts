import { describe, expect, it } from 'vitest';
import { oneOf, positiveNumber, readArguments, required, wholeNumber } from './arguments';

const options = {
  ids: { value: 'FILE', help: '' },
  count: { value: 'N', help: '' },
  json: { help: '' },
  adapter: { value: 'N', optional: true, help: '' },
} as const;
const read = (...words: string[]) => readArguments('score', words, options);
const refused = (part: string, remedy = '') =>
  expect.objectContaining({
    code: 'usage',
    message: expect.stringContaining(part),
    remedy: expect.stringContaining(remedy),
  });

describe('the words of a command line', () => {
  it('options may stand anywhere, with a space or an equals sign', () => {
    const args = read('--json', 'model', '--ids', 'a.json', '--count=3');
    expect(args.positionals).toEqual(['model']);
    expect(Object.fromEntries(args.values)).toEqual({ json: '', ids: 'a.json', count: '3' });
  });

  it('where a value may be left out, only an equals sign gives one', () => {
    expect(read('--adapter', 'model').positionals).toEqual(['model']);
    expect(read('--adapter', 'model').values.get('adapter')).toBe('');
    expect(read('--adapter=2').values.get('adapter')).toBe('2');
  });

  it.each([
    [['--idz', 'x'], 'no option --idz'],
    [['-i', 'x'], 'no option -i'],
    [['--constructor'], 'no option --constructor'],
    [['--ids'], '--ids needs a value'],
    [['--ids', '--json'], '--ids needs a value'],
    [['--json=yes'], '--json takes no value'],
    [['--ids', 'a', '--ids', 'b'], '--ids is given twice'],
  ])('%j is refused: %s', (words, part) => {
    expect(() => read(...words)).toThrow(refused(part));
  });

  it('a value that looks like an option can be given with an equals sign, a negative number as it is', () => {
    expect(read('--ids=--json').values.get('ids')).toBe('--json');
    expect(read('--count', '-3').values.get('count')).toBe('-3');
  });

  it.each(['NaN', '1.5', '-1', '', ' ', '1e400', 'ten', '0x'])('"%s" is no count', (text) => {
    expect(() => wholeNumber(read(`--count=${text}`), 'count', 0, undefined)).toThrow(
      refused('--count', 'whole number'),
    );
  });

  it.each(['-0.5', 'NaN', 'Infinity', 'warm'])('"%s" is no temperature', (text) => {
    expect(() => positiveNumber(read(`--count=${text}`), 'count', 0)).toThrow(refused('--count'));
  });

  it('numbers are read, and left at their default where they are not given', () => {
    expect(wholeNumber(read('--count', '12'), 'count', 1, undefined)).toBe(12);
    expect(wholeNumber(read(), 'count', 1, 64)).toBe(64);
    expect(positiveNumber(read('--count', '0.7'), 'count', 0)).toBe(0.7);
  });

  it('says what is missing and what the choices are', () => {
    expect(() => required(read(), 'ids', 'FILE')).toThrow(refused('--ids is missing', '--ids FILE'));
    expect(() => oneOf(read('--ids', 'z'), 'ids', ['x', 'y'])).toThrow(refused('"z"', 'x, y'));
    expect(oneOf(read('--ids', 'y'), 'ids', ['x', 'y'])).toBe('y');
  });
});
