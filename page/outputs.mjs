// Reads stack outputs from the file that `cdk deploy --outputs-file` or `go run ./local -outputs`
// wrote.
import { readFileSync } from "node:fs";

/** An output's pattern, and its description for error messages. @typedef {[RegExp, string]} Rule */

/** The outputs that the page needs. @type {Record<string, Rule>} */
const requiredOutputs = {
  ApiUrl: [/^https?:\/\/[^/]+\/(.*\/)?$/, "a URL that ends in a slash"],
  Region: [/^[a-z]{2,}(-[a-z]+)+-\d+$/, "a region such as eu-west-1"],
  UploadBucketName: [/^[a-z0-9][a-z0-9.-]{2,62}$/, "a bucket's name"],
};

/** What it needs besides, if Cognito signs users in. @type {Record<string, Rule>} */
const userPoolOutputs = {
  UserPoolId: [/^[\w-]+_[0-9A-Za-z]+$/, "a user pool's id"],
  UserPoolClientId: [/^\w+$/, "an app client's id"],
};

/**
 * Returns the outputs of one stack, in the format of the file: {"<StackName>": {…}}.
 *
 * @param {string} file
 * @param {string | undefined} stackName required if the file holds several stacks
 * @param {boolean} hasIssuer whether an issuer signs users in, rather than Cognito
 * @returns {Record<string, Record<string, unknown>>} an Error lists every problem, one per line
 */
export function readOutputs(file, stackName, hasIssuer) {
  const stacks = parse(file);
  const name = choose(file, Object.keys(stacks), stackName);
  const required = hasIssuer || stacks[name].Local?.Issuer ? requiredOutputs : { ...requiredOutputs, ...userPoolOutputs };
  const problems = Object.entries(required).flatMap(([output, [pattern, description]]) => {
    const value = stacks[name][output];
    const hint = output in userPoolOutputs ? ": if an issuer signs users in, give --issuer" : "";
    if (value === undefined) return [`stack ${name} has no output ${output}${hint}`];
    const isValid = typeof value === "string" && pattern.test(value);
    return isValid ? [] : [`output ${output} of stack ${name} must be ${description}`];
  });
  if (problems.length > 0) {
    throw new Error([`--outputs: ${file} is not the outputs of a Signpost stack:`, ...problems].join("\n  "));
  }
  return { [name]: stacks[name] };
}

/** @param {string} file */
function parse(file) {
  let stacks;
  try {
    stacks = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new Error(`--outputs: ${file} can't be read as JSON: ${cause.message}`, { cause });
  }
  if (!isObject(stacks) || !Object.values(stacks).every(isObject)) {
    throw new Error(`--outputs: ${file} is not an outputs file: expected {"<StackName>": {"ApiUrl": …}}`);
  }
  return stacks;
}

/**
 * @param {string} file
 * @param {string[]} names
 * @param {string | undefined} wanted
 */
function choose(file, names, wanted) {
  if (names.length === 0) throw new Error(`--outputs: ${file} holds no stack`);
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted;
    throw new Error(`--stack: ${file} holds no stack ${wanted}, only ${names.join(", ")}`);
  }
  if (names.length === 1) return names[0];
  throw new Error(`--outputs: ${file} holds several stacks; choose one with --stack: ${names.join(", ")}`);
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
