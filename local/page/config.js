// @ts-check
import { Failure } from "./failure.js";

/**
 * What the page has to know of the stack it belongs to: its outputs, which the local run serves at /config.json in
 * the shape of the outputs file.
 *
 * @typedef {object} Config
 * @property {string} stackName
 * @property {string} apiUrl           with the API's stage and a trailing slash
 * @property {string} bucket
 * @property {string} clientId         the user pool's app client
 * @property {string} s3Endpoint
 * @property {string} cognitoEndpoint
 * @property {User[]} users            whom one click signs in
 *
 * @typedef {object} User
 * @property {string} username
 * @property {string} password
 */

/** @returns {Promise<Config>} a Failure if the local run doesn't answer */
export async function loadConfig() {
  let outputs;
  try {
    const response = await fetch("/config.json", { cache: "no-store" });
    outputs = await response.json();
  } catch (cause) {
    throw new Failure("The local run doesn't answer", {
      advice: "Start it again in a terminal, and reload this page.",
      code: "NoConfig",
      cause,
    });
  }
  const [[stackName, stack]] = Object.entries(outputs);
  const local = stack.Local;
  return {
    stackName,
    apiUrl: stack.ApiUrl,
    bucket: stack.UploadBucketName,
    clientId: stack.UserPoolClientId,
    s3Endpoint: local.S3Endpoint,
    cognitoEndpoint: local.CognitoEndpoint,
    users: [
      { username: local.Username, password: local.Password },
      { username: local.SecondUsername, password: local.SecondPassword },
    ],
  };
}
