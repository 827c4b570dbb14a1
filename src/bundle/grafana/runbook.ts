import type { BundleConfig } from '../config.ts';
import { runbookLink } from '../links.ts';
import type { Link } from './model.ts';

/** A link to the runbook of an alert that the panel explains. */
export function runbook(config: BundleConfig, alertName: string, what: string): Link {
  return { title: `Runbook: ${what}`, url: runbookLink(config, alertName), targetBlank: true };
}
