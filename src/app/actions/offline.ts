/** Keeps the page for when there is no connection, and says when a newer one waits. `src/service-worker.ts` does the keeping. */
import { tell } from '../store/notify';

/** Held by every tab for as long as it is open, so that a tab can tell whether it is the only one. */
const tabLock = () => `lopper-tab ${document.baseURI.split('#')[0]}`;

/**
 * Starts keeping; called once the page has what it needs itself. A browser that keeps nothing for pages, or not for this
 * one, leaves it as it is: there as long as there is a connection.
 */
export async function keepOffline(): Promise<void> {
  // The sources that Vite serves while they are worked on are not kept.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  void navigator.locks.request(tabLock(), { mode: 'shared' }, () => new Promise(() => undefined));
  try {
    const registration = await navigator.serviceWorker.register(new URL('service-worker.js', document.baseURI));
    const look = () => {
      if (registration.waiting && navigator.serviceWorker.controller) tellOfNewVersion();
    };
    const watch = () => registration.installing?.addEventListener('statechange', look);
    registration.addEventListener('updatefound', watch);
    watch(); // one may have been found before this page looked
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') registration.update().catch(() => undefined);
    });
    look();
  } catch (error) {
    console.info('Lopper is not kept for when there is no connection:', error);
  }
}

const tellOfNewVersion = () =>
  tell(
    'A new version of Lopper waits',
    'Reload with it when it suits you: the layers you dropped stay dropped, and a model from a folder has to be opened again.',
    { kind: 'update' },
  );

/** A tab that is being closed counts for a moment yet: so often it is looked whether it is gone, so many milliseconds apart. */
const [LOOKS, LOOK_MS] = [10, 100];

/**
 * Reloads the page with the version that waits. Not while other tabs run on the old one: their parts that have not been
 * fetched yet would be gone.
 */
export async function takeNewVersion(): Promise<void> {
  for (let looks = 1; await hasOthers(); looks++) {
    if (looks === LOOKS) {
      tell(
        'Another tab still runs on the old version',
        'The new one is taken once all other tabs of Lopper are closed: close them and try again.',
        { kind: 'update' },
      );
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  const registration = await navigator.serviceWorker.getRegistration();
  // One that waits no longer was taken already.
  if (!registration?.waiting) return location.reload();
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  registration.waiting.postMessage({ type: 'SKIP_WAITING' });
}

/** Whether the page is open in another tab too. */
async function hasOthers(): Promise<boolean> {
  const { held = [] } = await navigator.locks.query();
  return held.filter(({ name }) => name === tabLock()).length > 1;
}
