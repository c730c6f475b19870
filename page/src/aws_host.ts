import { getDnsSuffix } from "@aws-amplify/core/internals/aws-client-utils";

/** Where a service of AWS is in a region, in whatever partition that lies: `amazonaws.com` isn't everywhere. */
export function awsHost(service: string, region: string): string {
  return `${service}.${region}.${getDnsSuffix(region)}`;
}
