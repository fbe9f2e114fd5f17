import { join } from 'node:path';
import { build, preview } from 'vite';

/**
 * Tasks of over 50 ms on the main thread of the built page, which keep it from answering, while it does each of its jobs
 * in the worker. Where the adapter is software, its threads take the same processor, and tasks are longer for it.
 * @param {import('playwright').Browser} browser
 * @param {string} root
 * @returns {Promise<{ job: string, longTasks: number[] }[]>} milliseconds
 */
export async function measurePage(browser, root) {
  const settings = { root, logLevel: /** @type {const} */ ('error') };
  const to = { outDir: join(root, 'node_modules', '.vite-bench-page'), emptyOutDir: true };
  await build({ ...settings, build: to });
  const server = await preview({ ...settings, build: to, preview: { port: 0 } });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(180_000);
  await page.addInitScript(() => {
    /** @type {number[]} */
    const longTasks = [];
    Object.assign(globalThis, { longTasks });
    new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((e) => e.duration))).observe({
      type: 'longtask',
    });
  });

  const region = (/** @type {string} */ name) => page.getByRole('region', { name, exact: true });
  const open = async (/** @type {string} */ tab, /** @type {string} */ view) => {
    await page.getByRole('tablist', { name: 'Questions' }).getByRole('tab', { name: tab }).click();
    await page
      .getByRole('tablist', { name: `${tab}, views` })
      .getByRole('tab', { name: view, exact: true })
      .click();
  };
  const gone = () => page.getByRole('progressbar').first().waitFor({ state: 'detached' });
  const influence = region('Influence');
  const measure = (/** @type {string} */ label) =>
    region('Layers').getByLabel('Measure', { exact: true }).selectOption({ label });
  /** @type {[string, () => Promise<unknown>][]} */
  const jobs = [
    [
      'opening it',
      async () => {
        await page.goto(`${server.resolvedUrls?.local[0]}#text=short`);
        await region('Verdict').getByText('Computed here').waitFor();
      },
    ],
    [
      'a toggle',
      async () => {
        const loss = page.getByTestId('pruned-loss');
        const before = await loss.textContent();
        await page.getByRole('gridcell', { name: /^Block 5 attention,/ }).click();
        await loss.filter({ hasNotText: before ?? '' }).waitFor();
      },
    ],
    [
      'leave-one-out',
      async () => {
        await measure('Cost alone (loss)');
        await influence.getByRole('button', { name: /^(Measure influence|Compute here)$/ }).click();
        await influence.getByText(/^Computed here/).waitFor();
      },
    ],
    [
      'Shapley, 10 s of it',
      async () => {
        await measure('Share (loss)');
        await influence.getByRole('button', { name: 'Start' }).click();
        await page.waitForTimeout(10_000);
        await influence.getByRole('button', { name: /^Pause/ }).click();
        await influence
          .getByTestId('sampling')
          .filter({ hasText: /^(Paused|Ended)/ })
          .waitFor();
      },
    ],
    [
      'a greedy curve',
      async () => {
        await open('Plan', 'Curves');
        const panel = region('Pruning curves');
        await panel.getByLabel('Order').selectOption({ label: 'Greedy by loss' });
        await panel.getByLabel('Up to').fill('3');
        await panel.getByRole('button', { name: 'Add curve' }).click();
        await panel.getByText('3 steps').waitFor();
      },
    ],
    [
      'a benchmark, both models',
      async () => {
        await open('Cost', 'Tasks');
        const panel = region('Benchmarks');
        const shipped = panel.getByRole('group', { name: 'Items that ship with Lopper' });
        for (const box of await shipped.getByRole('checkbox').all()) await box.uncheck();
        await panel
          .getByTitle(/^school: /)
          .getByRole('checkbox')
          .check();
        await panel.getByRole('spinbutton', { name: 'Items', exact: true }).fill('30');
        await panel.getByRole('button', { name: 'Run on both models' }).click();
        await page.waitForTimeout(1000);
        await gone();
      },
    ],
  ];
  const results = [];
  for (const [job, run] of jobs) {
    await run();
    results.push({ job, longTasks: /** @type {number[]} */ (await page.evaluate('longTasks.splice(0)')) });
  }
  await page.close();
  await server.close();
  return results;
}
