/** @file The version of this package where no package.json can be read, as in a page; a test holds the two together. */
export const packageVersion = '0.1.0';
