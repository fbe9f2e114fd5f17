/** The lab in a worker of the page. The worker's name is the address that bundled files are found under. */
import { expose } from 'comlink';
import { createLab } from './lab';
import { browserEnvironment } from './place/browser';
import { LOADED, teachWire } from './wire';

teachWire();
expose(createLab(browserEnvironment(self.name)));
postMessage(LOADED);
