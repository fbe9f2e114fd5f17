/**
 * Keeps the page for when there is no connection: itself, Sapling, its results, the bundled items and texts, all of one
 * version. A new version is fetched beside the old one and waits until no tab runs on the old one any more, or a person
 * takes it: see `app/actions/offline.ts`. What is larger than all of that together, Sapling's training and official sets,
 * is kept once it was asked for.
 */
import { NetworkFirst, type PrecacheEntry, Serwist, type SerwistPlugin } from 'serwist';

/** What there is to keep, with its hash; put here by the build. */
declare const __TO_KEEP__: PrecacheEntry[];

/** What the page has fetched already is not fetched twice: the server says that it is as it was. */
const asItWas: SerwistPlugin = {
  requestWillFetch: async ({ request }) =>
    request.cache === 'reload' ? new Request(request, { cache: 'no-cache' }) : request,
};

new Serwist({
  precacheEntries: __TO_KEEP__,
  precacheOptions: { cleanupOutdatedCaches: true, concurrency: 4, plugins: [asItWas] },
  clientsClaim: true,
  runtimeCaching: [
    {
      matcher: ({ sameOrigin, url }) => sameOrigin && /\/(growth|official)\//.test(url.pathname),
      handler: new NetworkFirst({ cacheName: 'lopper-on-request' }),
    },
  ],
}).addEventListeners();
