/** @file The OpenAPI document at `/openapi.json` and its page at `/docs`, which loads nothing from elsewhere. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { requestBodies } from './schemas.ts';

/** Describes the routes that are added afterwards. */
export async function documentation(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'clad',
        version,
        description: 'Visual anomaly detection: predictions for photographs, and the tensors behind them.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{}, { token: [] }],
    },
    transform: ({ schema, url }) => {
      const body = url.endsWith('/predict')
        ? requestBodies.predict
        : url.endsWith('/infer')
          ? requestBodies.infer
          : undefined;
      // The plugin copies what it does not know, and takes a body only from `body`, which the framework would check bytes against.
      return { schema: body ? { ...schema, body } : schema, url };
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    // Otherwise it asks a server on the internet what it thinks of the document.
    uiConfig: { validatorUrl: null },
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}
