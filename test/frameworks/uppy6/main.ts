import AwsS3 from "@uppy/aws-s3";
import Uppy from "@uppy/core";
import { uppyOptions, type UppyFileLike } from "signpost-client/uppy6";
import { newSignpost } from "../deployment.ts";
import { showFiles } from "../uppy_files.ts";
import { newUppy } from "./new_uppy.ts";

const signpost = newSignpost();
const threshold = new URLSearchParams(location.search).get("multipartThreshold");
const metadata = (file: UppyFileLike) => ({ "original-name": file.meta.name ?? "" });
const uppy = threshold
  ? new Uppy().use(AwsS3, { ...uppyOptions(signpost, { multipartThreshold: Number(threshold), metadata }), limit: 2 })
  : newUppy(signpost);
showFiles(uppy);
