import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { project } from "./build";
import { LocalRun } from "./local_run";

/** A CloudFormation template, as far as tests edit it. */
export interface Template {
  Resources: Record<string, { Type: string; Properties: Record<string, any> }>;
}

const templateFile = "Signpost-local.template.json";

/**
 * Starts a local run of another run's template, edited. It starts quickly, because nothing has to
 * be synthesized. Its AllowedOrigins are those of the other run's page.
 */
export async function startEdited(run: LocalRun, edit: (template: Template) => void): Promise<LocalRun> {
  const root = await mkdtemp(join(tmpdir(), "signpost-edited-"));
  try {
    await cp(run.assembly, join(root, "assembly"), { recursive: true });
    const template = JSON.parse(await readFile(join(root, "assembly", templateFile), "utf8"));
    edit(template);
    await writeFile(join(root, "assembly", templateFile), JSON.stringify(template));
    // The app in this cdk.json only copies the assembly.
    await writeFile(join(root, "go.mod"), "module signpost\n");
    await writeFile(join(root, "cdk.json"), JSON.stringify({ app: "sh synth.sh", context: {} }));
    await writeFile(join(root, "synth.sh"), 'mkdir -p "$CDK_OUTDIR" && cp assembly/*.json "$CDK_OUTDIR"\n');
    for (const folder of ["node_modules", "page"]) await symlink(join(project, folder), join(root, folder));
    return await LocalRun.start(root, () => rm(root, { recursive: true }));
  } catch (error) {
    await rm(root, { recursive: true, force: true });
    throw error;
  }
}

/** Sets an environment variable of every function that has it. */
export function setVariable(template: Template, name: string, value: string): void {
  let found = 0;
  for (const { Type, Properties } of Object.values(template.Resources)) {
    const variables = Type === "AWS::Lambda::Function" && Properties.Environment.Variables;
    if (!variables || !(name in variables)) continue;
    variables[name] = value;
    found++;
  }
  if (found === 0) throw new Error(`no function of the template has the variable ${name}`);
}

/** Revokes S3 actions from every role. */
export function revoke(template: Template, ...actions: string[]): void {
  let found = 0;
  const without = (list: string[]) => list.filter((action) => !actions.includes(action) || !++found);
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type !== "AWS::IAM::Policy" && Type !== "AWS::IAM::Role") continue;
    const inline = (Properties.Policies ?? []).map((policy: any) => policy.PolicyDocument);
    const documents = [Properties.PolicyDocument, ...inline];
    for (const statement of documents.flatMap((document) => document?.Statement ?? [])) {
      if (Array.isArray(statement.Action)) statement.Action = without(statement.Action);
      else if (actions.includes(statement.Action)) {
        found++;
        statement.Effect = "Deny";
      }
    }
  }
  if (found < actions.length) throw new Error(`the template grants only ${found} of ${actions.join(", ")}`);
}
