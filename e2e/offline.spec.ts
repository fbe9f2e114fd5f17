import { expect, type Page, test } from '@playwright/test';
import { LESSONS } from '../src/app/words/lessons';
import { LabPage } from './support/lab-page';
import { walkLesson } from './support/lesson';
import { WITHOUT_WEBGPU } from './support/no-webgpu';
import { Site } from './support/site';

test.use({ launchOptions: WITHOUT_WEBGPU, serviceWorkers: 'allow' });

const site = new Site();
test.beforeEach(() => site.start());
test.afterEach(async () => {
  site.edition = () => undefined;
  await site.stop();
});

/** Visits the page and waits until it is kept. */
async function visit(page: Page): Promise<LabPage> {
  const lab = new LabPage(page);
  await page.goto(site.address);
  await expect(lab.fullLoss).toBeVisible();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
  return lab;
}

test('after one visit the page opens and answers without a connection', async ({ page }) => {
  const lab = await visit(page);
  await site.stop();
  await page.reload();
  await expect(lab.fullLoss).toBeVisible();
  await lab.cell(3, 'attention').click();
  await expect(lab.dropped).toHaveCount(1);
  // A part that the first visit never opened, and what computes, which says what it lacks.
  await lab.openTab('Plan', 'Curves');
  await expect(page.getByRole('tabpanel', { name: 'Curves' })).toContainText('curve');
  await expect(lab.alerts.filter({ hasText: 'WebGPU' })).toBeVisible();
  await expect(page.getByText(/reload/i)).toHaveCount(0);
  for (const lesson of LESSONS) {
    await page.goto(`${site.address}#lesson=${lesson.id}`);
    await walkLesson(page, lesson);
  }
  await site.start();
});

/** The next version: another title, and one of the old parts gone from the server. */
const next: Site['edition'] = (path, content) => {
  if (path === '/index.html') return content().then((html) => html.replace(/<title>[^<]*/, '<title>Lopper, next'));
  if (path === '/service-worker.js')
    return content().then((script) =>
      script
        .replace(/(index\.html["`'],revision:["`'])\w+|(["`'])\w+(["`'],url:["`']index\.html)/, '$1$2next$3')
        .replace(/curves-panel-[\w-]+\.js/, 'curves-panel-next.js'),
    );
  if (/curves-panel-(?!next).*\.js/.test(path)) return Promise.resolve(undefined);
  if (path.endsWith('curves-panel-next.js')) return Promise.resolve('');
  return undefined;
};

test('a new version waits, says so, leaves an open tab whole, and comes when it is taken', async ({
  page,
  context,
}) => {
  const lab = await visit(page);
  site.edition = next;
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
  const word = page.getByRole('status').filter({ hasText: 'A new version of Lopper waits' });
  await expect(word).toBeVisible();
  await lab.openTab('Plan', 'Curves');
  await expect(page.getByRole('tabpanel', { name: 'Curves' })).toContainText('curve');

  // With a second tab on the old version it stays, and says why.
  const second = await context.newPage();
  await second.goto(site.address);
  await expect(second).not.toHaveTitle('Lopper, next');
  await expect(second.getByRole('status').filter({ hasText: 'A new version of Lopper waits' })).toBeVisible();
  await word.getByRole('button', { name: 'Reload with it' }).click();
  const other = page.getByRole('status').filter({ hasText: 'Another tab' });
  await expect(other).toBeVisible();
  await second.close();
  // The browser may take its time over what the closed tab held.
  const tabs = () => page.evaluate(async () => (await navigator.locks.query()).held?.length);
  await expect.poll(tabs).toBe(1);
  await other.getByRole('button', { name: 'Reload with it' }).click();
  await expect(page).toHaveTitle('Lopper, next');
  await expect(lab.fullLoss).toBeVisible();
});

test('the page can be installed', async ({ page, request }) => {
  await page.goto(site.address);
  const manifest = await page.locator('link[rel=manifest]').getAttribute('href');
  const json = await (await request.get(new URL(manifest!, site.address).href)).json();
  expect(json).toMatchObject({ short_name: 'Lopper', display: 'standalone', start_url: './' });
  for (const { src } of json.icons) expect((await request.get(new URL(src, site.address).href)).ok()).toBe(true);
  const cdp = await page.context().newCDPSession(page);
  const { installabilityErrors } = await cdp.send('Page.getInstallabilityErrors');
  // A test's window is a private one, from which nothing is installed.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
});
