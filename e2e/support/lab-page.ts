import { expect, type Locator, type Page } from '@playwright/test';

/** The page as a person sees it: its parts by the names they carry on the screen. */
export class LabPage {
  readonly tower: Locator;
  readonly comparison: Locator;
  readonly influence: Locator;
  readonly prompt: Locator;
  readonly fullLoss: Locator;
  readonly prunedLoss: Locator;
  readonly alerts: Locator;

  constructor(readonly page: Page) {
    this.tower = page.getByRole('grid', { name: 'Layers of the model' });
    this.comparison = page.getByRole('region', { name: 'Full against pruned' });
    this.influence = page.getByRole('region', { name: 'Influence' });
    this.prompt = page.getByRole('region', { name: 'Side by side' });
    this.fullLoss = page.getByTestId('full-loss');
    this.prunedLoss = page.getByTestId('pruned-loss');
    this.alerts = page.getByRole('alert');
  }

  /** Opens the lab and waits until the bundled model's loss has been computed in this browser. */
  async open(hash = ''): Promise<void> {
    await this.page.goto(`./${hash}`);
    await this.computed();
  }

  async computed(): Promise<void> {
    await expect(this.comparison.getByText('Computed here on')).toBeVisible();
    await expect(this.prunedLoss).toBeVisible();
  }

  cell(block: number, kind: 'attention' | 'feed-forward'): Locator {
    return this.tower.getByRole('gridcell', { name: new RegExp(`^Block ${block} ${kind},`) });
  }

  get dropped(): Locator {
    return this.tower.getByRole('gridcell', { selected: true });
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

  async openModelDialog(tab: 'Folder on this machine' | 'Hugging Face id' | 'Bundled'): Promise<Locator> {
    await this.page
      .getByRole('banner')
      .getByRole('button', { expanded: undefined, name: /block|No model|Model/ })
      .first()
      .click();
    const dialog = this.page.getByRole('dialog', { name: 'Model' });
    await dialog.getByRole('tab', { name: tab }).click();
    return dialog;
  }
}
