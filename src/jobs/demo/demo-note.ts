/** @file The note that marks a demo data set. It alone has a file of its own, since verbs that draw nothing need its name. */

/** Its name in the data set's folder. */
export const demoNote = 'demo-data.json';
