import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { App, type Started } from '../../src/app.ts';
import { schema } from '../../src/catalogue.ts';
import { leaves, readConfig } from '../../src/config/index.ts';
import type { Finding } from '../../src/findings/index.ts';
import { protocol, type ExporterMessage__Output } from '../../src/protocol/index.ts';
import { installStandIn, type Control, type StandIn } from '../../src/simulate/index.ts';
import { well } from './well.ts';

const script = resolve(import.meta.dirname, '../../dist/simulate/nvidia-smi.js');
const quietly = (): void => undefined;
const logger = { info: quietly, warn: quietly, error: quietly, debug: quietly };

/** The whole exporter on a machine that does not exist. */
export class SimulatedNode {
  readonly standIn: StandIn;
  readonly #folder: string;
  readonly #app: App;
  readonly #started: Started;
  #hellos = 0;

  private constructor(folder: string, standIn: StandIn, app: App, started: Started) {
    this.#folder = folder;
    this.standIn = standIn;
    this.#app = app;
    this.#started = started;
  }

  /**
   * @param flags options that differ from those of the other scenarios
   * @param usual what the stand-in plays while all is well, beside what it plays in all scenarios
   */
  static async start(
    flags: Readonly<Record<string, string>> = {},
    usual: Partial<Control> = {},
  ): Promise<SimulatedNode> {
    const folder = mkdtempSync(join(tmpdir(), 'gradwatch-fault-'));
    const standIn = installStandIn(folder, script, { ...well, ...usual });
    const others = leaves(schema)
      .map(({ path }) => path)
      .filter((path) => /^(node|kubernetes|gpu_detail)\.(.*\.)?enabled$/.test(path));
    const calms = leaves(schema)
      .map(({ path }) => path)
      .filter((path) => /^detect\.gpu_\w+\.calm$/.test(path));
    const read = readConfig(schema, {
      flags: {
        ...Object.fromEntries(others.map((path) => [path, 'false'])),
        'http.address': '127.0.0.1:0',
        'grpc.address': '127.0.0.1:0',
        'grpc.socket': 'none',
        'gpu.program': standIn.path,
        'gpu.interval': '500ms',
        // So that a busy machine, on which a program starts slowly, does not look like one that hangs.
        'gpu.stale_after': '20s',
        'gpu.retry_after': '300ms',
        'xid.kmsg': standIn.kernelLog,
        'xid.interval': '100ms',
        // What is found is to be seen, and to be over, within a few looks.
        'findings.hold': '0s',
        ...Object.fromEntries(calms.map((path) => [path, '1s'])),
        'detect.gpu_throttled.window': '10s',
        'detect.gpu_ecc_uncorrectable.calm': '1h',
        'detect.gpu_xid.recent': '20s',
        ...flags,
      },
    });
    if (!('value' in read)) throw new Error(JSON.stringify(read.mistakes));
    const app = new App(read.value, {
      logger,
      lostLogLines: () => 0,
      nodeName: 'simulated',
      readAgain: () => ({ configuration: read.value }),
      setLogLevel: quietly,
    });
    return new SimulatedNode(folder, standIn, app, await app.start());
  }

  /** Where workers report. */
  get address(): string {
    return this.#started.workers[0] ?? '';
  }

  /** What the API lists of findings, open ones and those that are over. */
  async findings(): Promise<readonly Finding[]> {
    const response = await fetch(`${this.#started.url}/api/v1/findings`);
    return ((await response.json()) as { readonly findings: readonly Finding[] }).findings;
  }

  async stop(): Promise<void> {
    this.standIn.play(well);
    await this.#app.stop();
    rmSync(this.#folder, { recursive: true });
  }

  /** The samples of one scrape. */
  async scrape(): Promise<readonly string[]> {
    const response = await fetch(`${this.#started.url}/metrics`);
    if (!response.ok) throw new Error(`the scrape is answered with ${response.status}`);
    return (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  }

  /** A worker's hello. @returns the name of the node, as the exporter greets */
  async hello(): Promise<string> {
    const client = new protocol.Telemetry(this.address, credentials.createInsecure());
    const call = client.Report();
    try {
      return await new Promise((resolve, reject) => {
        call.on('data', ({ welcome }: ExporterMessage__Output) => {
          if (welcome?.node !== undefined) resolve(welcome.node);
        });
        call.on('error', reject);
        call.write({
          hello: { run: `digits-${(this.#hellos += 1)}`, rank: 0, world_size: 1, session: 'session-0123456789' },
        });
      });
    } finally {
      call.on('error', quietly);
      call.cancel();
      client.close();
    }
  }
}
