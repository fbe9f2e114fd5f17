import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { formatLink, parseLink } from '../../pruning/link';
import { BUNDLED_TEXTS, defaultText } from './bundled-texts';

it.each(BUNDLED_TEXTS)(
  '$name is here, is listed with what it is, and can be named in a link',
  ({ name, path, title }) => {
    const text = readFileSync(`public/${path}`, 'utf8');
    expect(text.endsWith('\n')).toBe(true);
    expect(readFileSync('public/calibration/README.md', 'utf8')).toContain(`\`${path.split('/')[1]}\``);
    expect(title).not.toBe('');
    expect(parseLink(formatLink({ text: name, dropped: [] })).text).toBe(name);
  },
);

it('texts for any model are of about a thousand words, and no two have one name', () => {
  for (const { path, ofSapling } of BUNDLED_TEXTS) {
    const words = readFileSync(`public/${path}`, 'utf8').split(/\s+/).length;
    if (!ofSapling) expect(words).toBeGreaterThan(800);
  }
  expect(new Set(BUNDLED_TEXTS.map((text) => text.name)).size).toBe(BUNDLED_TEXTS.length);
});

it('another model is never measured on Sapling’s text unless someone asks for it', () => {
  expect(defaultText(true).ofSapling).toBe(true);
  expect(defaultText(false).ofSapling).toBe(false);
});
