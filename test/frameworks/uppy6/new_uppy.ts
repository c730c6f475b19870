import AwsS3 from "@uppy/aws-s3"; // 6.x
import Uppy from "@uppy/core";
import type { Signpost } from "signpost-client";
import { uppyOptions } from "signpost-client/uppy6";

export function newUppy(signpost: Signpost) {
  return new Uppy().use(AwsS3, uppyOptions(signpost));
}
