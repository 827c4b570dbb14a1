// The exporter's end for the bench, in a process of its own: takes everything, tells its parent where it listens.
import { TelemetryService } from '../../test/support/telemetry-service.ts';

const service = new TelemetryService();
await service.start();
// What it writes down would grow for as long as the bench runs.
setInterval(() => service.received.splice(0, service.received.length - 2), 1_000);
process.send?.(service.address);
