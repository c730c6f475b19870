import AwsS3 from "@uppy/aws-s3"; // 5.x
import Uppy from "@uppy/core";
import type { Signpost } from "signpost-client";
import { uppyOptions } from "signpost-client/uppy5";

export function newUppy(signpost: Signpost) {
  return new Uppy().use(AwsS3, uppyOptions(signpost));
}
