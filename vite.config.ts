import { resolve } from 'node:path';
import { serwist } from '@serwist/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/**
 * The page's Content-Security-Policy, as a meta tag so that any static host will do. Models come from a host of the
 * user's choice, hence every https host, and http on this machine for a mirror or a local server.
 */
function policy(dev: boolean): string {
  return [
    "default-src 'self'",
    // hash-wasm compiles a few kilobytes of WebAssembly. In development Vite puts the refresh preamble inline, and speaks
    // over a web socket.
    `script-src 'self' 'wasm-unsafe-eval'${dev ? " 'unsafe-inline'" : ''}`,
    // Radix's dialogs lock scrolling with a style element of their own.
    "style-src 'self' 'unsafe-inline'",
    `connect-src 'self' https: http://localhost:* http://127.0.0.1:* blob:${dev ? ' ws:' : ''}`,
    "worker-src 'self' blob:",
    "img-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function contentSecurityPolicy(): Plugin {
  let dev = false;
  return {
    name: 'lopper:content-security-policy',
    configResolved(config) {
      dev = config.command === 'serve' && !config.isProduction;
    },
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: policy(dev) },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/** What carries a hash in its name never changes; what does not is asked for anew, and mostly answered by "as it was". */
function caching(): Plugin {
  return {
    name: 'lopper:caching',
    configurePreviewServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const hashed = request.url?.startsWith('/assets/');
        response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
        next();
      });
    },
  };
}

/** Of scripts that the first screen waits for, unpacked: a tenth more than before the page had lessons and tabs. */
const MOST_FIRST_BYTES = 490_000;

/** Fails the build when the first screen would have to wait for the charts, or for too much. */
function firstScreenStaysSmall(): Plugin {
  return {
    name: 'lopper:first-screen-stays-small',
    apply: 'build',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? [file] : []));
      for (const entry of chunks.filter((chunk) => chunk.isEntry)) {
        const needed = new Set([entry]);
        for (const { imports } of needed) for (const c of chunks) if (imports.includes(c.fileName)) needed.add(c);
        for (const { fileName, moduleIds } of needed) {
          if (moduleIds.some((id) => id.includes('/node_modules/recharts/')))
            this.error(`recharts is in ${fileName}, which the first screen waits for: import the charts with lazy().`);
        }
        const bytes = [...needed].reduce((sum, { code }) => sum + code.length, 0);
        if (bytes > MOST_FIRST_BYTES)
          this.error(`${entry.name} waits for ${bytes} bytes of scripts: fetch with late() what it does not show.`);
      }
    },
  };
}

/**
 * Builds the service worker with the list of what it keeps from the first visit on. The checkpoints of Sapling's training
 * and official sets that a build took along are kept once they were asked for. In development there is none.
 */
const offline = () =>
  serwist({
    swSrc: 'src/service-worker.ts',
    swDest: 'service-worker.js',
    globDirectory: 'dist',
    globPatterns: ['**/*'],
    globIgnores: ['benchmarks/official/**', 'models/*/growth/*.safetensors', 'icons/**'],
    injectionPoint: '__TO_KEEP__',
    rollupFormat: 'iife',
    dontCacheBustURLsMatching: /^assets\//,
    maximumFileSizeToCacheInBytes: 20e6,
  });

/**
 * In one file what the first screen needs, and in another what the teachers' page needs too: left to the bundler it is forty
 * files, each of which has to be asked for before anything is drawn.
 */
function firstScreenTogether() {
  interface Graph {
    getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
  }
  const reached = new Map<string, ReadonlySet<string>>();
  const reach = (entry: string, graph: Graph): ReadonlySet<string> => {
    const known = reached.get(entry);
    if (known) return known;
    const ids = new Set([resolve(entry)]);
    for (const id of ids) for (const next of graph.getModuleInfo(id)?.importedIds ?? []) ids.add(next);
    reached.set(entry, ids);
    return ids;
  };
  return (id: string, graph: Graph): string | null => {
    if (!reach('src/app/main.tsx', graph).has(id)) return null;
    return reach('src/app/teachers.tsx', graph).has(id) ? 'both' : 'page';
  };
}

export default defineConfig(({ command }) => {
  // A NODE_ENV that a shell or a test runner has set would build React's development version, and a service worker that
  // keeps nothing.
  if (command === 'build') process.env.NODE_ENV = 'production';
  return {
    // Relative addresses: the site works from any sub-path.
    base: './',
    // No fallback to index.html: a missing model file must be a 404, not a page.
    appType: 'mpa',
    plugins: [react(), contentSecurityPolicy(), caching(), firstScreenStaysSmall(), offline()],
    // The worker too, so that what only it imports is found before the page is open, not by a reload after.
    optimizeDeps: { entries: ['index.html', 'src/lab/worker.ts'] },
    worker: { format: 'es' },
    build: {
      target: 'es2023',
      chunkSizeWarningLimit: 900,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: ['index.html', 'teachers.html'],
        output: { codeSplitting: { groups: [{ name: firstScreenTogether() }] } },
        // Who starts Lopper is not the one to make its build quicker.
        checks: { bundlerTimings: false },
      },
    },
  };
});
