import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LopperError } from '../errors';
import type { Sublayer } from '../model/units';
import { formatLink, type Link, parseLink } from './link';

const attn = (block: number): Sublayer => ({ block, kind: 'attn' });
const ffn = (block: number): Sublayer => ({ block, kind: 'ffn' });

test('a link is short and can be read by a person', () => {
  expect(
    formatLink({
      model: { kind: 'bundled' },
      dropped: [attn(2), attn(3), ffn(4)],
      task: 'school',
      shots: 0,
      prompt: 'Once upon a time, 50% & more',
    }),
  ).toBe('#model=sapling&drop=attn:2,3;ffn:4&task=school&shots=0&prompt=Once%20upon%20a%20time,%2050%25%20%26%20more');
  expect(
    formatLink({
      model: {
        kind: 'hub',
        repo: 'EleutherAI/pythia-70m',
        revision: 'step3000',
        host: 'https://mirror.example:8443/hf',
      },
      dropped: [],
    }),
  ).toBe('#model=EleutherAI/pythia-70m@step3000&host=https://mirror.example:8443/hf');
  const gguf = { kind: 'hub', repo: 'a/b', revision: 'main', file: 'sub/x.Q4_0.gguf' } as const;
  expect(formatLink({ model: gguf, precision: 'q8', dropped: [] })).toBe(
    '#model=a/b@main&file=sub/x.Q4_0.gguf&precision=q8',
  );
  expect(formatLink({ dropped: [] })).toBe('#');
});

test('a link carries what is locked', () => {
  const given = { dropped: [attn(2)], locked: [attn(0), ffn(0), ffn(11)] };
  expect(formatLink(given)).toBe('#drop=attn:2&lock=block:0;ffn:11');
  expect(parseLink(formatLink(given))).toEqual(given);
});

test('a link carries how its prompt is continued', () => {
  const settings = { dropped: [], prompt: 'Hello', temperature: 0.7, seed: 42, length: 60, window: 128 };
  expect(formatLink(settings)).toBe('#prompt=Hello&temperature=0.7&seed=42&length=60&window=128');
  expect(parseLink(formatLink(settings))).toEqual(settings);
  for (const bad of ['#temperature=3', '#temperature=-1', '#temperature=hot', '#seed=1.5', '#length=x', '#window=']) {
    expect(() => parseLink(bad)).toThrow(LopperError);
  }
});

test('a link carries what is open on the page', () => {
  const given = { dropped: [attn(2)], text: 'stories', tab: 'plan', view: 'curves' };
  expect(formatLink(given)).toBe('#text=stories&drop=attn:2&tab=plan&view=curves');
  expect(parseLink(formatLink(given))).toEqual(given);
  const lesson = { dropped: [], lesson: 'drop-a-layer', step: 0, present: true } as const;
  expect(formatLink(lesson)).toBe('#lesson=drop-a-layer&step=0&present=1');
  expect(parseLink(formatLink(lesson))).toEqual(lesson);
  const folder = { dropped: [ffn(1)], folder: 'my model & more' };
  expect(parseLink(formatLink(folder))).toEqual(folder);
  const results = { dropped: [attn(3)], results: 'SmolLM2-135M-Instruct' };
  expect(parseLink(formatLink(results))).toEqual(results);
  // An older link, and one of a newer page: what this one does not know it leaves to the page.
  expect(parseLink('#drop=attn:1&tab=something-new')).toEqual({ dropped: [attn(1)], tab: 'something-new' });
  for (const bad of ['#tab=<b>', '#view=', '#lesson=../x', '#step=-1', '#present=yes', '#folder=']) {
    expect(() => parseLink(bad)).toThrow(LopperError);
  }
});

test('a link typed by hand is read', () => {
  expect(parseLink('model=gpt2&drop=block:1-2')).toEqual({
    model: { kind: 'hub', repo: 'gpt2', revision: 'main' },
    dropped: [attn(1), ffn(1), attn(2), ffn(2)],
  });
  expect(parseLink('#')).toEqual({ dropped: [] });
  expect(parseLink('')).toEqual({ dropped: [] });
  expect(parseLink('#theme=dark&limit=20')).toEqual({ dropped: [], limit: 20 });
});

const word = fc.stringMatching(/^[A-Za-z0-9][\w-]{0,8}$/);
const layers = (minLength: number) =>
  fc.uniqueArray(fc.record({ block: fc.nat(40), kind: fc.constantFrom('attn' as const, 'ffn' as const) }), {
    selector: (s) => `${s.kind}${s.block}`,
    minLength,
  });
const link: fc.Arbitrary<Link> = fc.record(
  {
    model: fc.oneof(
      fc.constant({ kind: 'bundled' as const }),
      fc.record(
        {
          kind: fc.constant('hub' as const),
          repo: fc.tuple(word, word).map(([a, b]) => `${a}/${b}`),
          revision: fc.oneof(word, fc.constant('refs/pr/1')),
          host: fc.webUrl({ validSchemes: ['http', 'https'] }),
          file: fc.tuple(word, word).map(([a, b]) => `${a}/${b}.gguf`),
        },
        { requiredKeys: ['kind', 'repo', 'revision'] },
      ),
    ),
    precision: fc.constantFrom('q8' as const, 'q4' as const),
    dropped: layers(0),
    locked: layers(1),
    task: fc.constantFrom('school', 'school_math'),
    shots: fc.nat(25),
    limit: fc.nat(999_999),
    prompt: fc.string({ unit: 'grapheme' }),
    tab: fc.constantFrom('plan', 'cost'),
    view: fc.constantFrom('curves', 'tasks'),
    lesson: fc.constantFrom('two-measures'),
    step: fc.nat(9),
    present: fc.constant(true as const),
  },
  { requiredKeys: ['dropped'] },
);

test('every link is read back as it was written', () => {
  fc.assert(
    fc.property(link, (given) => {
      const hash = formatLink(given);
      expect(parseLink(hash)).toEqual(given);
      // What a browser does to the address changes nothing.
      expect(parseLink(new URL(hash, 'https://lopper.example/lab/').hash)).toEqual(given);
    }),
    { numRuns: 300 },
  );
});

test('half an emoji in a prompt does not break the link', () => {
  expect(parseLink(formatLink({ dropped: [], prompt: 'a\ud83d' })).prompt).toBe('a\ufffd');
});

test.each([
  ['#drop=attn:2&drop=ffn:3', 'link-invalid', '"drop" stands in it twice'],
  ['#model', 'link-invalid', '"model" has no "="'],
  ['#prompt=50%', 'link-invalid', '"prompt=50%" has a broken percent code'],
  ['#model=../../etc/passwd', 'link-invalid', 'expected sapling, or owner/name'],
  ['#model=a/..', 'link-invalid', 'expected sapling, or owner/name'],
  ['#model=a/b/c', 'link-invalid', 'expected sapling, or owner/name'],
  ['#model=a/b@../c', 'link-invalid', 'expected a branch, tag or commit'],
  ['#model=a/b&file=../x.gguf', 'link-invalid', 'the name of a GGUF file'],
  ['#model=a/b&file=config.json', 'link-invalid', 'the name of a GGUF file'],
  ['#model=a/b&precision=q5', 'link-invalid', 'one of q8, q4'],
  ['#model=a/b&host=javascript:alert(1)', 'link-invalid', 'expected an http or https address'],
  ['#model=a/b&host=https://user:secret@x.example', 'link-invalid', 'expected an http or https address'],
  ['#model=a/b&host=https://user@x.example', 'link-invalid', 'expected an http or https address'],
  ['#shots=many', 'link-invalid', '"shots" is "many", expected a whole number'],
  ['#shots=-1', 'link-invalid', 'expected a whole number'],
  ['#window=0', 'link-invalid', '"window" is "0", expected 2 or more'],
  ['#length=0', 'link-invalid', '"length" is "0", expected 1 or more'],
  ['#task=<b>', 'link-invalid', "expected a task's name"],
  ['#drop=atn:2', 'mask-invalid', '"atn:2"'],
  ['#drop=attn:99999', 'mask-mismatch', 'block 99999'],
  [`#prompt=${'a'.repeat(17_000)}`, 'link-invalid', 'more than 16000'],
])('%s is refused by name', (hash, code, message) => {
  expect(() => parseLink(hash)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message), remedy: expect.stringMatching(/./) }),
  );
});

test('no hash whatever makes the reader throw anything but its own errors', () => {
  const piece = fc.constantFrom(
    'model',
    'drop',
    'host',
    'prompt',
    '__proto__',
    '=',
    '&',
    '#',
    '%',
    '%E0',
    '%20',
    'a/b',
    '@',
  );
  const hash = fc.oneof(
    fc.string({ unit: fc.oneof(piece, fc.string({ maxLength: 3 })) }),
    fc.string({ unit: 'binary' }),
    link.map(formatLink).chain((whole) => fc.nat(whole.length).map((end) => whole.slice(0, end))),
  );
  fc.assert(
    fc.property(hash, (text) => {
      try {
        expect(parseLink(text).dropped).toBeInstanceOf(Array);
      } catch (error) {
        expect(error).toBeInstanceOf(LopperError);
      }
    }),
    { numRuns: 1000 },
  );
});
