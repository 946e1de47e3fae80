import { opfsStorage } from '../../../src/web/opfs-storage.ts';
import { storageContract } from '../storage-contract.ts';

/** Whether a new place keeps what is promised: 'kept', or what went wrong. */
export async function keepsPromise(title) {
  try {
    await storageContract[title]((await opfsStorage('tests')).folder(crypto.randomUUID()));
    return 'kept';
  } catch (error) {
    return error.stack;
  }
}
