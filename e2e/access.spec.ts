import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { LabPage } from './support/lab-page';
import { WITHOUT_WEBGPU } from './support/no-webgpu';

test.use({ launchOptions: WITHOUT_WEBGPU, contextOptions: { reducedMotion: 'reduce' } });

const PARTS = [
  ['Influence', 'One measure'],
  ['Influence', 'All measures'],
  ['Influence', 'In the stream'],
  ['Influence', 'During training'],
  ['Plan', 'Find'],
  ['Plan', 'Curves'],
  ['Cost', 'Texts'],
  ['Cost', 'Tasks'],
  ['Cost', 'Items'],
  ['Cost', 'Speed and memory'],
  ['Recovery'],
  ['Export'],
] as const;

async function expectNothing(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const told = violations.map((v) => `${where}: ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join('; ')}`);
  expect.soft(told).toEqual([]);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing wrong in any tab, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    const lab = new LabPage(page);
    await page.goto('./#drop=attn:7;ffn:3');
    await expect(lab.fullLoss).toBeVisible();
    for (const [tab, view] of PARTS) {
      await lab.openTab(tab, view);
      await expect(page.getByText('Loading…')).toHaveCount(0);
      await expectNothing(page, [tab, view].join(' '));
    }
    await page.keyboard.press('?');
    await expectNothing(page, 'keys');
  });
}

test('axe finds nothing wrong on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const lab = new LabPage(page);
  await page.goto('./');
  await expect(lab.cell(3, 'attention')).toBeVisible();
  await expectNothing(page, 'Layers');
  await lab.openTab('Cost', 'Tasks');
  await expectNothing(page, 'Cost');
});

test('a disabled button says why', async ({ page }) => {
  await page.goto('./#tab=cost');
  await expect(page.getByRole('button', { name: 'Continue with both' })).toBeDisabled();
  const silent = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLButtonElement>('main button:disabled')]
      .filter((button) => !button.title && !button.getAttribute('aria-label')?.match(/^(Undo|Redo)$/))
      .map((button) => button.textContent),
  );
  // Its words say it.
  expect(silent).toEqual(['No masks tried yet']);
});
