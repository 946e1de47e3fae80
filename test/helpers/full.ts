/** @file Whether this is the long form of the tests (`npm run test:full`): what takes long and is seen in another way as well waits for it. */

export const full = process.env.CLAD_TEST_FULL === '1';
