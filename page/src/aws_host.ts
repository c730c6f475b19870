import { getDnsSuffix } from "@aws-amplify/core/internals/aws-client-utils";

/**
 * The host name of an AWS service in a region. It ends in `amazonaws.com` only in some of AWS's
 * partitions.
 */
export function awsHost(service: string, region: string): string {
  return `${service}.${region}.${getDnsSuffix(region)}`;
}
