import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localAssembly, project } from "./build";
import { LocalRun } from "./local_run";

/** A CloudFormation template, as far as tests edit it. */
export interface Template {
  Resources: Record<string, { Type: string; Properties: Record<string, any> }>;
}

const templateFile = "Signpost-local.template.json";

/** An app that only copies the assembly, with the origins that it has. */
const copy = 'mkdir -p "$CDK_OUTDIR" && cp assembly/*.json "$CDK_OUTDIR"\n';

/** The same, with the origins of the run's page. The run gives its port, as to infra/app. */
const copyWithOrigins = `
port=$(printf %s "$CDK_CONTEXT_JSON" | sed 's/.*"pagePort":"\\([0-9]*\\)".*/\\1/')
mkdir -p "$CDK_OUTDIR" && cp assembly/*.json "$CDK_OUTDIR"
sed -E "s/(127\\.0\\.0\\.1|localhost):[0-9]+/\\1:$port/g" assembly/${templateFile} > "$CDK_OUTDIR/${templateFile}"
`;

/**
 * Starts a local run of stage local, whose template may be edited. It starts quickly, because
 * nothing has to be synthesized.
 */
export function startLocal(edit: (template: Template) => void = () => {}): Promise<LocalRun> {
  return startCopy(localAssembly(), copyWithOrigins, edit);
}

/** Starts a local run of another run's template, edited. Its AllowedOrigins are those of the other run's page. */
export function startEdited(run: LocalRun, edit: (template: Template) => void): Promise<LocalRun> {
  return startCopy(run.assembly, copy, edit);
}

/** Starts a local run of an assembly in a folder of its own, with an app that copies it. */
async function startCopy(assembly: string, app: string, edit: (template: Template) => void): Promise<LocalRun> {
  const root = await mkdtemp(join(tmpdir(), "signpost-edited-"));
  const remove = () => rm(root, { recursive: true, force: true });
  try {
    await cp(assembly, join(root, "assembly"), { recursive: true });
    const template = JSON.parse(await readFile(join(root, "assembly", templateFile), "utf8"));
    edit(template);
    await writeFile(join(root, "assembly", templateFile), JSON.stringify(template));
    await writeFile(join(root, "go.mod"), "module signpost\n");
    await writeFile(join(root, "cdk.json"), JSON.stringify({ app: "sh synth.sh", context: {} }));
    await writeFile(join(root, "synth.sh"), app);
    for (const folder of ["node_modules", "page"]) await symlink(join(project, folder), join(root, folder));
    return await LocalRun.start({ root, cleanUp: remove });
  } catch (error) {
    await remove();
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
