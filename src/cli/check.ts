import { check as tryOut, report } from '../check/index.ts';
import { version } from '../version.ts';
import { exitCodes, type Command } from './command.ts';
import { configure } from './configuration.ts';
import { exitOn } from './exit-on.ts';
import { tellHindrances } from './hindrances.ts';

const flags = [{ name: 'json', takes: 'nothing', help: 'Print one JSON object instead of lines' }] as const;

export const check: Command = {
  name: 'check',
  summary: 'tries the configuration on this node: what will be collected, what not, and why',
  flags,
  run: async (args, environment) => {
    const configured = configure(args, environment, { flags });
    if ('help' in configured) {
      process.stdout.write(`Usage: gradwatch check [--json] [OPTIONS]\n\n${configured.help}`);
      return exitCodes.done;
    }
    if ('errors' in configured) return (await tellHindrances(configured)) ?? exitCodes.usage;
    exitOn(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']);
    const results = await tryOut(configured.configuration);
    const works = results.every(({ outcome }) => outcome !== 'failing');
    process.stdout.write(
      configured.switches.has('json') ? `${JSON.stringify({ version, works, results })}\n` : report(results),
    );
    return works ? exitCodes.done : exitCodes.failed;
  },
};
