#!/usr/bin/env node
/** gradwatch-client check: says what a worker here would report, and whether the exporter answers. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { version } from '../version.ts';
import { grpcChannel } from './channel.ts';
import { check, checkedRun } from './check.ts';
import { systemClock, type Clock } from './clock.ts';
import { findIdentity } from './identity.ts';
import { findAddress, findToken, isDisabled } from './settings.ts';
import { findTls } from './tls.ts';

const usage = `Usage: gradwatch-client check [OPTIONS]

Says what a worker here would report, and whether the exporter answers.

  --address ADDRESS        host:port or unix:/path; default: as init() finds it
  --token TOKEN            default: GRADWATCH_TOKEN
  --tls-ca-file FILE       authorities that may have signed the exporter's certificate; default: GRADWATCH_TLS_CA_FILE
  --tls-cert-file FILE     certificate of this worker; default: GRADWATCH_TLS_CERT_FILE
  --tls-key-file FILE      its private key; default: GRADWATCH_TLS_KEY_FILE
  --tls-server-name NAME   name in the exporter's certificate; default: GRADWATCH_TLS_SERVER_NAME
`;

/** Here the process is to live until the answer. */
const clock: Clock = {
  ...systemClock,
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

const text = { type: 'string' } as const;

/** @throws TypeError for an option that there is not */
function readArguments(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      address: text,
      token: text,
      'tls-ca-file': text,
      'tls-cert-file': text,
      'tls-key-file': text,
      'tls-server-name': text,
      help: { type: 'boolean', short: 'h' },
    },
  });
}

async function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const { values, positionals } = readArguments(args);
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  if (positionals.join(' ') !== 'check')
    throw new TypeError(`no command ${positionals.join(' ') || 'was given'}; there is check`);
  const found = findIdentity({}, environment, hostname());
  const address = findAddress(values.address, environment, existsSync);
  const token = findToken(values.token, environment);
  const tls = findTls(
    {
      caFile: values['tls-ca-file'],
      certFile: values['tls-cert-file'],
      keyFile: values['tls-key-file'],
      serverName: values['tls-server-name'],
    },
    environment,
  );
  const { reached, lines } = await check({
    identity: found,
    run: found.run,
    address,
    tls: tls !== undefined,
    disabled: isDisabled(environment),
    hello: {
      run: checkedRun,
      rank: found.rank,
      world_size: found.worldSize,
      session: randomUUID(),
      node: found.node,
      client: `gradwatch-node ${version}`,
    },
    open: grpcChannel({ address, token, tls }),
    clock,
  });
  process.stdout.write(`${lines.join('\n')}\n`);
  return reached ? 0 : 1;
}

try {
  process.exitCode = await run(process.argv.slice(2), process.env);
} catch (error) {
  process.stderr.write(`gradwatch-client: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
}
