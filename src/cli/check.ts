import { check as tryOut, report } from '../check/index.ts';
import { version } from '../version.ts';
import { exitCodes, type Command } from './command.ts';
import { configure } from './configuration.ts';

export const check: Command = {
  name: 'check',
  summary: 'tries the configuration on this node: what will be collected, what not, and why',
  switches: ['json'],
  run: async (args, environment) => {
    const configured = configure(args, environment, ['json']);
    if ('help' in configured) {
      process.stdout.write(
        `Usage: gradwatch check [--json] [OPTIONS]\n\n  --json\n      Print one JSON object instead of lines\n\n${configured.help}`,
      );
      return exitCodes.done;
    }
    if ('errors' in configured) {
      process.stderr.write(configured.errors.map((error) => `gradwatch: ${error}\n`).join(''));
      return exitCodes.usage;
    }
    const results = await tryOut(configured.configuration);
    const works = results.every(({ outcome }) => outcome !== 'failing');
    process.stdout.write(
      configured.switches.has('json') ? `${JSON.stringify({ version, works, results })}\n` : report(results),
    );
    return works ? exitCodes.done : exitCodes.failed;
  },
};
