import { describe, expect, it } from 'vitest';
import { CladError } from '../../../src/core/errors.ts';
import { errorBody, httpError } from '../../../src/server/http-errors.ts';

describe('httpError', () => {
  it('does not show a client the message of a defect of ours', () => {
    const secret = '/home/me/model.onnx';
    for (const thrown of [
      new Error(secret),
      new CladError('DETECTOR_INVALID', { path: secret, reason: 'x' }),
      secret,
      null,
    ]) {
      const { status, code, message } = httpError(thrown);
      expect([status, code]).toEqual([500, 'INTERNAL']);
      expect(message).not.toContain(secret);
    }
  });

  it.each([
    ['WORKER_DIED', 503],
    ['METHOD_UNKNOWN', 405],
    ['IMAGE_TOO_LONG', 413],
    ['MAP_TOO_LARGE', 413],
    ['ENGINE_FAILED', 422],
    ['DETECTOR_UNAVAILABLE', 503],
    ['QUEUE_FULL', 503],
    ['TIME_OVER', 504],
    ['IMAGE_INVALID', 422],
  ] as const)('has a status for %s: %d', (code, status) => {
    expect(httpError(CladError.told({ code, message: 'm' }))).toMatchObject({ status, code });
  });

  it.each([
    new RangeError('Array buffer allocation failed'),
    new CladError('ENGINE_FAILED', {
      image: 'an image',
      device: 'cpu',
      reason: 'Failed to allocate memory for requested buffer of size 9000000000',
    }),
    new CladError('ENGINE_FAILED', { image: 'an image', device: 'cpu', reason: 'std::bad_alloc' }),
    new CladError('WORKER_DIED', {
      worker: 'A thread',
      remedy: 'Try again later.',
      reason: 'Worker terminated due to reaching memory limit: JS heap out of memory',
    }),
  ])('reports short memory, and not a defect of clad: %s', (thrown) => {
    expect(httpError(thrown)).toMatchObject({ status: 503, code: 'MEMORY_SHORT' });
  });

  it("shortens a client's text in a message, and keeps it on one line", () => {
    const { message } = httpError(new CladError('REQUEST_INVALID', { reason: `a\r\nb${'x'.repeat(1e5)}` }));
    expect(message.length).toBeLessThan(2100);
    expect(message).toContain('a??b');
  });

  it.each([
    [413, 'BODY_TOO_LARGE'],
    [400, 'REQUEST_INVALID'],
    [408, 'REQUEST_TOO_SLOW'],
    [415, 'MEDIA_TYPE_UNKNOWN'],
  ])('keeps the status %d of the framework', (statusCode, code) => {
    expect(httpError(Object.assign(new Error('x'), { statusCode }))).toMatchObject({
      status: statusCode,
      code,
    });
  });
});

describe('errorBody', () => {
  const error = { status: 404, code: 'DETECTOR_UNKNOWN', message: 'm' } as const;
  it('has the shape of the inference protocol below /v2', () => {
    for (const address of ['/v2', '/v2/models/x', '/v2?x'])
      expect(errorBody(address, error, 'id')).toEqual({ error: 'm' });
  });
  it('has our shape elsewhere', () => {
    for (const address of ['/v1/detectors', '/v22', '/'])
      expect(errorBody(address, error, 'id')).toEqual({
        error: { code: 'DETECTOR_UNKNOWN', message: 'm', requestId: 'id' },
      });
  });
});
