/** Loaded before a command: tells at its end what of the processor it has had, in milliseconds, as the last line of stderr. */
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write(`\n${(user + system) / 1000}`);
});
