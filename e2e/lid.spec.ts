import { expect } from '@playwright/test';
import { LabPage, test } from './support/lab-page';

test('after the graphics device was lost the next click is answered as before', async ({ page, browser }) => {
  const lab = new LabPage(page);
  await lab.open();
  // One of the test's own, to see that every device of the browser was taken away, as when a machine sleeps.
  await page.evaluate(async () => {
    const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
    void device.lost.then(() => document.documentElement.setAttribute('data-lost', ''));
  });
  await (await browser.newBrowserCDPSession()).send('Browser.crashGpuProcess');
  await expect(page.locator('html[data-lost]')).toBeAttached();

  const before = await lab.number(lab.fullLoss);
  await lab.cell(7, 'attention').click();
  expect(await lab.lossAfter(before)).toBeGreaterThan(before);
  await expect(lab.alerts).toHaveCount(0);
});
