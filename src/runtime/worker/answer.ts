/** @file The side of a worker that answers calls; client.ts is the side that asks. */
import { CladError, reasonOf } from '../../core/errors.ts';
import type { AnsweringPort, Call, Handlers } from './protocol.ts';

/**
 * Answers calls until the other side closes. Calls that come meanwhile are begun at once; a handler that must not overlap sees to that.
 * @param close - releases what the worker holds
 */
export function answerCalls(
  port: AnsweringPort,
  handlers: Handlers,
  close: () => Promise<void> = async () => {},
): void {
  port.listen(async (call: Call) => {
    if (call === 'close') {
      await close();
      port.close();
      return;
    }
    const { number, name, argument } = call;
    try {
      const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
      if (!handler) throw new Error(`no function is called ${name}`);
      const { value, transfer = [] } = await handler(argument as never);
      // A buffer that stands twice in a value moves once.
      port.post({ number, value }, [...new Set(transfer)]);
    } catch (error) {
      const code = error instanceof CladError ? error.code : undefined;
      port.post({ number, error: { code, message: reasonOf(error) } }, []);
    }
  });
}
