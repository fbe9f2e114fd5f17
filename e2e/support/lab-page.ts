import { test as base, expect, type Locator, type Page } from '@playwright/test';

/** A text that every test can afford; the title of its choice on the page. */
const SHORT_TEXT = 'A bit of everything';

/** The page as a person sees it: its parts by the names they carry on the screen. */
export class LabPage {
  readonly tower: Locator;
  /** What the mask costs and saves, above the tabs. */
  readonly verdict: Locator;
  readonly comparison: Locator;
  readonly influence: Locator;
  readonly prompt: Locator;
  readonly fullLoss: Locator;
  readonly prunedLoss: Locator;
  readonly alerts: Locator;

  constructor(readonly page: Page) {
    this.tower = page.getByRole('grid', { name: 'Layers of the model' });
    this.verdict = page.getByRole('region', { name: 'Verdict' });
    this.comparison = page.getByRole('region', { name: 'Full against pruned' });
    this.influence = page.getByRole('region', { name: 'Influence' });
    this.prompt = page.getByRole('region', { name: 'Side by side' });
    this.fullLoss = page.getByTestId('full-loss');
    this.prunedLoss = page.getByTestId('pruned-loss');
    this.alerts = page.getByRole('alert');
  }

  /** Opens the lab and waits until the bundled model's loss has been computed in this browser. */
  async open(hash = '#text=short'): Promise<void> {
    await this.page.goto(`./${hash}`);
    await this.computed();
  }

  async computed(): Promise<void> {
    await expect(this.verdict.getByText('Computed here')).toBeVisible();
    await expect(this.prunedLoss).toBeVisible();
  }

  /** Brings an open page back to the bundled model with nothing dropped, no message and no job. */
  async reset(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.mouse.move(0, 0);
    const dismiss = this.page.getByRole('button', { name: /^Dismiss/ });
    // One may go by itself while it is aimed at.
    while ((await dismiss.count()) > 0) {
      await dismiss
        .first()
        .click({ timeout: 2000 })
        .catch(() => {});
    }
    if (!(await this.page.getByRole('banner').getByText('Sapling').isVisible())) {
      await (await this.openModelDialog('Bundled')).getByRole('button', { name: 'Open Sapling' }).click();
      await expect(this.page.getByRole('banner').getByText('Sapling')).toBeVisible();
    }
    if (!(await this.verdict.getByText(SHORT_TEXT).isVisible())) {
      const dialog = await this.openTextDialog();
      await dialog.getByRole('radio', { name: 'Texts that come with Lopper' }).click();
      await dialog.getByRole('button', { name: SHORT_TEXT }).click();
    }
    const restore = this.page.getByRole('button', { name: 'Restore all' });
    if (await restore.isEnabled()) await restore.click();
    await this.chooseMeasure('Cost alone (loss)');
    await this.openTab('Influence', 'One measure');
    await this.page.evaluate(() => scrollTo(0, 0));
    await this.computed();
  }

  /** Opens a tab, and a view of it. */
  async openTab(tab: string, view?: string): Promise<void> {
    await this.page.getByRole('tablist', { name: 'Questions' }).getByRole('tab', { name: tab }).click();
    if (view === undefined) return;
    await this.page
      .getByRole('tablist', { name: `${tab}, views` })
      .getByRole('tab', { name: view, exact: true })
      .click();
  }

  async openTextDialog(): Promise<Locator> {
    await this.page.getByRole('banner').getByRole('button', { name: /^Text/ }).click();
    return this.page.getByRole('dialog', { name: 'Text', exact: true });
  }

  cell(block: number, kind: 'attention' | 'feed-forward'): Locator {
    return this.tower.getByRole('gridcell', { name: new RegExp(`^Block ${block} ${kind},`) });
  }

  get dropped(): Locator {
    return this.tower.getByRole('gridcell', { name: /, dropped/ });
  }

  /** Another measure, for the tower and the charts, by its name in the list. */
  async chooseMeasure(label: string): Promise<void> {
    await this.page
      .getByRole('region', { name: 'Layers' })
      .getByLabel('Measure', { exact: true })
      .selectOption({ label });
  }

  /** The number in a place, with the page's minus sign read as one. */
  async number(at: Locator): Promise<number> {
    return Number((await at.textContent())?.replace('−', '-'));
  }

  /** Waits for the pruned loss to become another number than `before`, and says which. */
  async lossAfter(before: number): Promise<number> {
    await expect(async () => expect(await this.number(this.prunedLoss)).not.toBe(before)).toPass();
    return this.number(this.prunedLoss);
  }

  async openModelDialog(tab: 'Folder on this machine' | 'Hugging Face id' | 'Catalogue' | 'Bundled'): Promise<Locator> {
    await this.page
      .getByRole('banner')
      .getByRole('button', { name: /^Model/ })
      .click();
    const dialog = this.page.getByRole('dialog', { name: 'Model' });
    await dialog.getByRole('tab', { name: tab }).click();
    return dialog;
  }
}

interface Shared {
  /** One page for every test that can begin where another ended: an adapter takes long to prove itself in software. */
  readonly shared: LabPage;
}

/** Playwright's `test` with `lab`, a page on which the bundled model's loss is computed and nothing is dropped. */
export const test = base.extend<{ lab: LabPage }, Shared>({
  shared: [
    async ({ browser }, use, { project }) => {
      const { baseURL, viewport } = project.use;
      const context = await browser.newContext({ baseURL, viewport, reducedMotion: 'reduce' });
      const lab = new LabPage(await context.newPage());
      await lab.open();
      await use(lab);
      await context.close();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  lab: async ({ shared }, use) => {
    await shared.reset();
    await use(shared);
  },
});
