import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { LabPage } from './support/lab-page';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing wrong in the ${colorScheme} theme`, async ({ browser }) => {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const lab = new LabPage(page);
    await lab.open();
    await lab.cell(2, 'attention').click();
    await lab.cell(4, 'feed-forward').click();
    await lab.lossAfter(await lab.number(lab.fullLoss));
    for (const what of await page.getByRole('button', { name: /^What is this/ }).all()) await what.click();
    await expect(lab.influence.locator('.recharts-bar-rectangle').first()).toBeVisible();
    const check = async () => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join('; ')}`)).toEqual([]);
    };
    await check();
    await lab.influence.getByRole('radio', { name: 'Table' }).click();
    await page.getByRole('button', { name: /^Adapter/ }).click();
    await expect(page.getByRole('dialog', { name: 'What computes here' })).toContainText('Self-test');
    await check();
    await page.keyboard.press('Escape');
    await lab.openModelDialog('Hugging Face id');
    await check();
    await context.close();
  });
}

test('the theme can be switched and is remembered', async ({ page }) => {
  await page.goto('./');
  await page.getByRole('button', { name: 'Switch to the dark theme' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('nothing scrolls sideways on a phone, and no console error is left behind', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  const lab = new LabPage(page);
  await lab.open();
  await lab.cell(3, 'feed-forward').tap();
  await lab.lossAfter(await lab.number(lab.fullLoss));
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content).toBeLessThanOrEqual(window!);
  await lab.prompt.scrollIntoViewIfNeeded();
  expect(errors).toEqual([]);
  await context.close();
});

test('the page stays responsive while it computes', async ({ page }) => {
  await page.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(window, { longTasks: tasks });
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => e.duration))).observe({
      type: 'longtask',
      buffered: false,
    });
  });
  const lab = new LabPage(page);
  await lab.open();
  await page.waitForTimeout(500);
  await page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks.splice(0));
  await lab.cell(5, 'attention').click();
  await lab.lossAfter(await lab.number(lab.fullLoss));
  const tasks = await page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks);
  // Two cores are shared with the software adapter's own threads: what is watched for is work on this thread.
  expect(Math.max(0, ...tasks)).toBeLessThan(200);
});
