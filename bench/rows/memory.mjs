/** (i) The most memory that each phase of the training held, the program itself included. It shall not grow with the data. */
export const letter = 'i';
export const about = 'memory of the phases of a training';
export const seconds = 1;

export async function measure(context) {
  const { phases, most } = await context.training();
  const megabytes = (bytes) => bytes / 1e6;
  const seen = phases.filter((phase) => phase.most > 0 && phase.task !== 'end');
  return [
    { what: 'most memory of the training', unit: 'MB', value: megabytes(most) },
    ...seen.map((phase) => ({ what: `  in ${phase.task}`, unit: 'MB', value: megabytes(phase.most) })),
  ];
}
