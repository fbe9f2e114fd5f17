import { expect, it } from 'vitest';
import type { HubLook } from '../lab/contract';
import { downloadWords } from './download-words';

const look = (bytes: number, held: number, room?: number) => ({ facts: { id: 'a/b' }, bytes, held, room }) as HubLook;

it('says how large a download is, what of it is here, and that there is too little room', () => {
  expect(downloadWords(look(13.5e9, 0, 1e12), '/c')).toMatch(/^Downloading 13\.5 GB of a\/b to \/c; broken off/);
  expect(downloadWords(look(5.2e6, 1e6), '/c')).toContain('4.2 MB of a/b to /c (1.0 MB of 5.2 MB is here already)');
  expect(downloadWords(look(13.5e9, 0, 2e9), '/c')).toContain('room for only 2.0 GB.');
});
