/**
 * @file `GET /`: for a browser a small page that says what is served and tries an image, for machines the same facts as JSON. The page
 * is one file that loads nothing; its policy allows its own script and style and no other.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { frontPageScript, frontPageStyle } from './front-page-parts.ts';
import { rootSchema } from './schemas.ts';
import type { Service } from './service.ts';
import { tokenCheck } from './token.ts';

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;

const policy = [
  "default-src 'none'",
  `script-src ${hashOf(frontPageScript)}`,
  `style-src ${hashOf(frontPageStyle)}`,
  "img-src data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
].join('; ');

const links = [
  ['/docs/', 'all addresses, to try out'],
  ['/openapi.json', 'the same for machines'],
  ['/metrics', 'counters for Prometheus'],
  ['/v2/health/ready', 'whether it is ready'],
] as const;

/** Whether who asks shows pages: browsers say so first of all. */
export function wantsPage(accept = ''): boolean {
  return /text\/html/i.test(accept) && !/application\/json/i.test(accept);
}

/** Adds the route. */
export function frontPage(app: FastifyInstance, { options, registry, version }: Service): void {
  const { token } = options;
  const allowed = token === undefined ? () => true : tokenCheck(token);
  const served = () => registry.all.map(({ source }) => ({ name: source.name, version: source.version }));

  app.get('/', { schema: rootSchema }, async ({ headers }, reply) => {
    reply.header('Vary', 'Accept');
    if (!wantsPage(headers.accept)) {
      return { name: 'clad', version, detectors: served(), links: links.map(([address]) => address) };
    }
    // A browser that opens an address sends no token, and what is served is told to who has it.
    const page = pageOf(version, allowed(headers.authorization) ? served() : undefined);
    return reply.type('text/html; charset=utf-8').header('Content-Security-Policy', policy).send(page);
  });
}

interface Served {
  readonly name: string;
  readonly version: string;
}

/** @param served - undefined where the token is needed first */
function pageOf(version: string, served: readonly Served[] | undefined): string {
  const options = (served ?? []).map(
    ({ name, version: its }) =>
      `<option value="${escaped(`/v1/detectors/${encodeURIComponent(name)}/versions/${encodeURIComponent(its)}`)}">${escaped(`${name}, version ${its}`)}</option>`,
  );
  const token = served
    ? ''
    : '<label>Token <input id="token" type="password" autocomplete="off" spellcheck="false"></label>';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>clad</title>
<link rel="icon" href="data:,">
<style>${frontPageStyle}</style>
</head>
<body>
<h1>clad <small>${escaped(version)}</small></h1>
<p>This service tells whether photographs of parts are normal or anomalous.</p>
<form id="form">
${token}
<label>Detector <select id="detector">${options.join('')}</select></label>
<label>Image <input id="image" type="file" accept="image/*,.bmp,.tif,.tiff"></label>
</form>
<section id="result" aria-live="polite"></section>
<noscript><p>Trying an image here needs scripts; the addresses below do not.</p></noscript>
<ul>
${links.map(([address, what]) => `<li><a href="${address}">${address}</a>: ${what}</li>`).join('\n')}
</ul>
<script>${frontPageScript}</script>
</body>
</html>
`;
}

/** Text as HTML has it, in elements and in quoted attributes. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
