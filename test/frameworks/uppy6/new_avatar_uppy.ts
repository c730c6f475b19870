import AwsS3 from "@uppy/aws-s3"; // 6.x
import Uppy from "@uppy/core";
import type { Signpost } from "signpost-client";
import { uppyOptions, uppyRestrictions } from "signpost-client/uppy6";

export async function newAvatarUppy(signpost: Signpost) {
  const restrictions = await uppyRestrictions(signpost, "avatar");
  return new Uppy({ restrictions }).use(AwsS3, uppyOptions(signpost, { kind: "avatar" }));
}
