import { type Destination, towards } from './route';
import { store } from './store';

/** Goes to another part of the page: `go({ tab: 'cost' })`, `go({ view: 'curves' })`, `go({ present: true })`. */
export const go = (to: Destination): void => store.setState(({ route }) => ({ route: towards(route, to) }));
