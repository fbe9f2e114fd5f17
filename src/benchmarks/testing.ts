import { readFileSync } from 'node:fs';
import type { TestContext } from 'vitest';
import { sharedData } from '../formats/testing';

/** The text of a file of the shared test data; where it is absent the test is skipped, saying so. */
export function shared(path: string, context: TestContext): string {
  const full = sharedData(path);
  return full === undefined ? context.skip(`needs ../shared/data/${path}`) : readFileSync(full, 'utf8');
}

export const sharedJson = <T>(path: string, context: TestContext): T => JSON.parse(shared(path, context));
