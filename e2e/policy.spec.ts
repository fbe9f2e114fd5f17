import { expect } from '@playwright/test';
import { test } from './support/lab-page';

/** What comes of things that no file may make the page do; asked in a turn of its own, outside of what the debugger allows. */
const attempts = () =>
  new Promise<Record<string, string>>((resolve) =>
    setTimeout(async () => {
      const outcome = async (attempt: () => unknown) => {
        try {
          await attempt();
          return 'done';
        } catch (error) {
          return (error as Error).name;
        }
      };
      resolve({
        // biome-ignore lint/security/noGlobalEval: that it fails is the point
        eval: await outcome(() => globalThis.eval('1')),
        function: await outcome(() => new Function('return 1')()),
        'another host over http': await outcome(() => fetch('http://192.0.2.1/', { mode: 'no-cors' })),
        'a script of data': await outcome(() => import(/* @vite-ignore */ `data:text/javascript,${''}1`)),
      });
    }),
  );

const REFUSED = {
  eval: 'EvalError',
  function: 'EvalError',
  'another host over http': 'TypeError',
  'a script of data': 'TypeError',
};

test('neither page nor worker runs a text as code, or speaks to a third host in the clear', async ({ lab }) => {
  const { page } = lab;
  const refused: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) refused.push(message.text());
  });
  expect(await page.evaluate(attempts)).toEqual(REFUSED);
  const ran = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.inlineRan = true';
    document.body.append(script);
    return 'inlineRan' in globalThis;
  });
  expect(ran).toBe(false);
  const [worker] = page.workers();
  expect(await worker!.evaluate(attempts)).toEqual(REFUSED);
  expect(refused.some((message) => message.includes('192.0.2.1'))).toBe(true);
});
