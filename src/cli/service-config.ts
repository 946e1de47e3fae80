/**
 * @file The settings of a service from a YAML file and from the environment, so that a unit or a container needs no long command line: `--config line.yaml`, and
 * CLAD_WATCH_INTERVAL=2 beside it. A flag goes before the environment, and that before the file. One file may have the settings of several verbs, each below its name.
 */
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { isRecord } from '../core/arguments.ts';
import { CladError } from '../core/errors.ts';
import { unknownOption } from '../core/unknown-option.ts';
import { readYaml, yamlRefused } from '../jobs/yaml-file.ts';

/** A verb whose settings may stand in a file. */
interface ServiceVerb {
  readonly verb: string;
  /** Names of its arguments in the file and the environment, in their order; the last may be a list. */
  readonly places: readonly string[];
  /** Options with which an argument may be missing. */
  readonly instead?: Readonly<Record<string, string>>;
}

/** Adds `--config` to a verb; its arguments are to be optional ones. */
export function addServiceConfig(command: Command, service: ServiceVerb): void {
  command
    .option(
      '--config <file>',
      `YAML file with these settings below \`${service.verb}:\` (or the variable CLAD_CONFIG)`,
    )
    .hook('preAction', (_, action) => applyConfig(action, service));
}

/** What `--help` says of it. */
export function configHelp({ verb, places }: ServiceVerb): string {
  return `
In a file of --config the options stand below \`${verb}:\` by their long names without the hyphens at the front, and the arguments as ${places.map((name) => `\`${name}\``).join(' and ')}.
In the environment they are CLAD_${verb.toUpperCase()}_ and the name in capitals, with _ for each hyphen. A flag goes before the environment, and that before the file.`;
}

async function applyConfig(command: Command, service: ServiceVerb): Promise<void> {
  const path: string | undefined = command.opts().config ?? process.env.CLAD_CONFIG;
  const written = path === undefined ? {} : await settingsOf(path, service, namesOf(command, service));
  const said = (name: string): unknown => process.env[variableOf(service, name)] ?? written[name];
  for (const option of optionsOf(command)) {
    if (command.getOptionValueSource(option.attributeName()) === 'cli') continue;
    const name = nameOf(option);
    const raw = said(name);
    if (raw === undefined || raw === null) continue;
    const variable = variableOf(service, name);
    const where = process.env[variable] === undefined ? `${service.verb}.${name} in ${path}` : variable;
    command.setOptionValueWithSource(option.attributeName(), settingOf(option, raw, where), 'config');
  }
  const args: unknown[] = command.processedArgs;
  for (const [index, name] of service.places.entries()) {
    const isList = command.registeredArguments[index]?.variadic ?? false;
    const given = args[index];
    if (Array.isArray(given) ? given.length > 0 : given !== undefined) continue;
    const raw = said(name);
    const isMissing = raw === undefined || raw === null;
    const other = service.instead?.[name];
    if (isMissing && other !== undefined && command.opts()[other] !== undefined) continue;
    if (isMissing)
      throw new CladError('USAGE', {
        reason: `missing required argument '${name}', which a file of --config may say as well`,
        help: `\`clad ${service.verb} --help\``,
      });
    const all = (Array.isArray(raw) ? raw : [raw]).map(String);
    args[index] = isList ? all : all[0];
  }
}

/** The settings of a verb in a file. @throws FILE_UNREADABLE, OPTION_UNKNOWN */
async function settingsOf(
  path: string,
  { verb }: ServiceVerb,
  known: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const content = await readYaml(path);
  if (!isRecord(content)) throw yamlRefused(path, `expected settings below \`${verb}:\``);
  const settings = content[verb] ?? {};
  if (!isRecord(settings))
    throw yamlRefused(path, `expected settings below \`${verb}:\`, as name: value lines`);
  for (const name of Object.keys(settings))
    if (!known.includes(name)) throw unknownOption(`${verb}.${name}`, path, known);
  return settings;
}

/** All options that may be set so. */
function optionsOf(command: Command): readonly Option[] {
  return command.options.filter(({ long }) => long !== '--config' && long !== '--help');
}

function namesOf(command: Command, { places }: ServiceVerb): string[] {
  return [...places, ...optionsOf(command).map(nameOf)];
}

function nameOf(option: Option): string {
  return (option.long ?? '').replace(/^--/, '');
}

function variableOf({ verb }: ServiceVerb, name: string): string {
  return `CLAD_${verb}_${name}`.toUpperCase().replaceAll('-', '_');
}

/** A text or a YAML value as the flag's own reader takes it. @throws OPTION_INVALID */
function settingOf(option: Option, raw: unknown, where: string): unknown {
  const refuse = (expected: string): CladError =>
    new CladError('OPTION_INVALID', { option: where, expected, actual: JSON.stringify(raw) });
  if (option.isBoolean()) {
    const text = String(raw).toLowerCase();
    if (['true', '1', 'yes', 'on'].includes(text)) return true;
    if (['false', '0', 'no', 'off'].includes(text)) return undefined;
    throw refuse('true or false');
  }
  const texts = (Array.isArray(raw) ? raw : [raw]).map((each) => {
    if (isRecord(each) || Array.isArray(each)) throw refuse('a text or a number');
    return String(each);
  });
  try {
    return texts.reduce<unknown>((before, text) => {
      if (option.argChoices && !option.argChoices.includes(text))
        throw new InvalidArgumentError(`Expected one of ${option.argChoices.join(', ')}.`);
      return option.parseArg && !option.argChoices ? option.parseArg(text, before as string) : text;
    }, undefined);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw refuse(error.message.replace(/^Expected /, '').replace(/\.$/, ''));
  }
}
