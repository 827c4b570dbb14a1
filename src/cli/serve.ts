import { hostname } from 'node:os';
import { pino } from 'pino';
import { App, type Started } from '../app.ts';
import { mistakesInNamed } from '../named-files.ts';
import { version } from '../version.ts';
import { exitCodes, type Command } from './command.ts';
import { configure } from './configuration.ts';

/** Signals that ask a server to end; a second one ends it at once. */
const endings = ['SIGTERM', 'SIGINT'] as const;

/** How long what was left behind may go on after everything has stopped. */
const leftBehindSeconds = 0.5;

export const serve: Command = {
  name: 'serve',
  summary: 'watches this node and serves what it sees (the default)',
  run: async (args, environment) => {
    const read = () => configure(args, environment, [], {}, mistakesInNamed);
    const configured = read();
    if ('help' in configured) {
      process.stdout.write(`Usage: gradwatch serve [OPTIONS]\n\n${configured.help}`);
      return exitCodes.done;
    }
    if ('errors' in configured) {
      process.stderr.write(configured.errors.map((error) => `gradwatch: ${error}\n`).join(''));
      return exitCodes.usage;
    }
    const { configuration } = configured;
    const logger = pino({ level: configuration.log.level, base: null }, pino.destination(2));
    const nodeName = configuration.system.node_name ?? environment['NODE_NAME'] ?? hostname();
    const asked = nextSignal();
    let app: App | undefined;
    try {
      app = new App(configuration, {
        logger,
        nodeName,
        readAgain: () => {
          const again = read();
          return 'help' in again ? { errors: ['--help was asked for'] } : again;
        },
        setLogLevel: (level) => {
          logger.level = level;
        },
      });
      const running = app;
      process.on('SIGHUP', () => running.reload());
      process.stdout.write(whereToLook(await app.start()));
    } catch (error) {
      process.stderr.write(`${(error as Error).message.replace(/^/gm, 'gradwatch: ')}\n`);
      await app?.stop();
      return exitCodes.failed;
    }
    const signal = await asked;
    logger.info({ signal }, 'stopping');
    await app.stop();
    // What did not stop in time, such as a child that waits in the kernel, must not hold the process. It ends by itself otherwise.
    setTimeout(() => process.exit(exitCodes.done), 1000 * leftBehindSeconds).unref();
    return exitCodes.done;
  },
};

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of endings) process.once(signal, resolve);
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
