/** @file Which methods there are for an address, to tell a wrong method (405) from a wrong address (404). */
import type { FastifyInstance } from 'fastify';

export class KnownRoutes {
  readonly #routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];

  /** Notes the routes that are added to the application from now on. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method }) => {
      // A route for all addresses, as the one for preflights, says nothing of one of them.
      if (url !== '*' && url !== '/*')
        this.#routes.push({ pattern: patternOf(url), methods: [method].flat() });
    });
  }

  /** @param path - without a query */
  methodsOf(path: string): string[] {
    const found = this.#routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
    return [...new Set(found)].toSorted();
  }
}

/** `/v1/detectors/:name` and `/docs/static/*` as regular expressions. */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    if (part === '*') return '.*';
    return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}$`);
}
