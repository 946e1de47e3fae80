/** A page with the library for browsers as the global `clad`, for tests to play on. */
import * as clad from 'clad/web';

globalThis.clad = clad;
