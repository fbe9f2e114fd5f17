import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { LESSONS } from '../src/app/words/lessons';
import { WITHOUT_WEBGPU } from './support/no-webgpu';

test.use({ launchOptions: WITHOUT_WEBGPU, viewport: { width: 1920, height: 1080 } });

/** Texts on the screen that are smaller than so many CSS pixels, or reach beyond it. */
const misfits = (page: Page, least: number) =>
  page.evaluate((least) => {
    const wrong: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>('#root *')) {
      const text = [...element.childNodes]
        .filter((n) => n.nodeType === Node.TEXT_NODE)
        .map((n) => n.textContent!.trim());
      const { width, height, left, top, right, bottom } = element.getBoundingClientRect();
      const { visibility, fontSize, clipPath } = getComputedStyle(element);
      if (text.join('') === '' || width < 2 || height < 2 || visibility === 'hidden' || clipPath !== 'none') continue;
      const name = `${text.join(' ').slice(0, 40)} (${fontSize})`;
      if (Number.parseFloat(fontSize) < least - 0.01) wrong.push(`small: ${name}`);
      if (left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1) wrong.push(`outside: ${name}`);
    }
    return wrong;
  }, least);

for (const { id, title, steps } of LESSONS) {
  test(`“${title}” is presented with a clicker, all of it large and on the screen`, async ({ page }) => {
    await page.goto(`./#lesson=${id}&present=1`);
    for (const { title, guess } of steps) {
      await expect(page.getByRole('heading', { name: title, level: 1 })).toBeVisible();
      await expect(page.getByRole('figure')).toBeVisible();
      expect(await misfits(page, 24)).toEqual([]);
      await page.keyboard.press('PageDown');
      if (!guess) continue;
      await expect(page.locator('[data-right="true"]').or(page.getByText(/: \d+\.\d%$/))).toBeVisible();
      expect(await misfits(page, 24)).toEqual([]);
      await page.keyboard.press('PageDown');
    }
    await page.keyboard.press('PageUp');
    await expect(page.getByRole('heading', { name: steps.at(-2)!.title, level: 1 })).toBeVisible();
  });
}

test('the board blanks, shows where to join, is light in every theme, and leads back', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto('./#present=1');
  await expect(page.getByRole('heading', { name: 'Which layers matter?' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.keyboard.press('b');
  await expect(page.getByRole('button', { name: 'Show the board again' })).toBeVisible();
  await page.keyboard.press('PageDown');
  await expect(page.getByRole('button', { name: 'Show the board again' })).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Which layers matter?' })).toBeVisible();
  await page.keyboard.press('j');
  await expect(page.getByRole('button', { name: 'Back to the board' }).getByRole('img')).toBeVisible();
  await page.keyboard.press('Escape');
  // Without a lesson the clicker walks the figures.
  await page.keyboard.press('PageDown');
  await expect(page.getByRole('heading', { name: 'Do two measures agree?' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('tablist', { name: 'Questions' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('nothing is cut at a browser’s zoom of 150 and 200%', async ({ page }) => {
  for (const zoom of [1.5, 2]) {
    await page.setViewportSize({ width: 1920 / zoom, height: 1080 / zoom });
    await page.goto('./#lesson=growth&present=1');
    await expect(page.getByRole('figure')).toBeVisible();
    expect(await misfits(page, 24 / zoom)).toEqual([]);
  }
});

test('axe finds nothing on the board', async ({ page }) => {
  await page.goto('./#lesson=growth&present=1');
  await page.keyboard.press('PageDown');
  await expect(page.getByRole('figure')).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join('; ')}`)).toEqual([]);
});
