import { hostname } from 'node:os';
import { pino } from 'pino';
import { App, type Started } from '../app.ts';
import type { Configuration } from '../catalogue.ts';
import { version } from '../version.ts';
import { exitCodes, type Command } from './command.ts';
import { configure, type Configured } from './configuration.ts';
import { exitOn } from './exit-on.ts';
import { mistakesIn, tell, tellHindrances } from './hindrances.ts';
import { LineOutput } from './line-output.ts';

/** Signals that ask a server to end; a second one ends it at once. */
const endings = ['SIGTERM', 'SIGINT'] as const;

/** How long what was left behind may go on after everything has stopped. */
const leftBehindSeconds = 0.5;

export const serve: Command = {
  name: 'serve',
  summary: 'watches this node and serves what it sees (the default)',
  run: async (args, environment) => {
    const read = (): Configured => configure(args, environment);
    const configured = read();
    if ('help' in configured) {
      process.stdout.write(`Usage: gradwatch serve [OPTIONS]\n\n${configured.help}`);
      return exitCodes.done;
    }
    const code = await tellHindrances(configured);
    if (code !== null || 'errors' in configured) return code ?? exitCodes.usage;
    return runServer(configured.configuration, read, environment);
  },
};

/**
 * Serves until it is asked to end. @param read reads the configuration again
 * @returns the exit code
 */
export async function runServer(
  configuration: Configuration,
  read: () => Configured,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const output = new LineOutput(2);
  const logger = pino({ level: configuration.log.level, base: null }, output);
  const nodeName = configuration.system.node_name ?? environment['NODE_NAME'] ?? hostname();
  const asked = nextSignal();
  exitOn(['SIGQUIT']);
  let app: App | undefined;
  try {
    app = new App(configuration, {
      logger,
      lostLogLines: () => output.lost,
      nodeName,
      readAgain: () => {
        const again = read();
        if ('help' in again) return { errors: ['--help was asked for'] };
        const errors = mistakesIn(again);
        return 'errors' in again || errors.length > 0 ? { errors } : again;
      },
      setLogLevel: (level) => {
        logger.level = level;
      },
    });
    const running = app;
    process.on('SIGHUP', () => running.reload());
    new LineOutput(1).write(whereToLook(await app.start()));
  } catch (error) {
    tell([(error as Error).message]);
    await app?.stop();
    return exitCodes.failed;
  }
  const signal = await asked;
  logger.info({ signal }, 'stopping');
  await app.stop();
  // What did not stop in time, such as a child that waits in the kernel, must not hold the process. It ends by itself otherwise.
  setTimeout(() => process.exit(exitCodes.done), 1000 * leftBehindSeconds).unref();
  return exitCodes.done;
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of endings)
      process.once(signal, () => {
        exitOn(endings);
        resolve(signal);
      });
  });
}

/** What a person who started the exporter by hand wants to know next. */
function whereToLook({ url, workers }: Started): string {
  return [
    `gradwatch ${version}`,
    `  this node   ${url}/`,
    `  metrics     ${url}/metrics`,
    `  runs        ${url}/api/v1/runs`,
    `  findings    ${url}/api/v1/findings`,
    ...workers.map((address, index) => `  ${index === 0 ? 'workers     ' : '            '}${address}`),
    '',
  ].join('\n');
}
