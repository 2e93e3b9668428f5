/** ARNs of machines, their versions and their aliases. */

/** What has a definition of its own: a version for a version, the machine for an alias. */
export function machineOf(arn: string): string {
  const parts = arn.split(":");
  const qualifier = parts[7];
  return qualifier === undefined || /^\d+$/.test(qualifier) ? arn : parts.slice(0, 7).join(":");
}
