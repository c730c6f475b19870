import { expect } from "@playwright/test";
import { sha256 } from "../browser/local_run/local_run";
import { engineNames } from "./engine";
import { inEngines, test } from "./fixtures";

interface Recording {
  name: string;
  base64: string;
  /** The media types of the recorder and of the recording. */
  types: string[];
}

inEngines(engineNames, () => {
  test("a recording is stored, whatever the browser calls its type", async ({ demo, tab, run, engineName }) => {
    await demo.signIn();
    for (const mimeType of ["", "video/webm;codecs=vp8,opus", "video/mp4"]) {
      if (!(await tab.evaluate((type) => !type || MediaRecorder.isTypeSupported(type), mimeType))) continue;
      const { name, base64, types } = await tab.evaluate(record, mimeType);
      const bytes = Buffer.from(base64, "base64");
      await test.step(`${mimeType || "the default type"}: ${types.join(" and ")}, ${bytes.length} B`, async () => {
        if (bytes.length === 0) console.error(`NOT RUN: a recording in ${engineName}: its ${types[0]} is empty, because a codec is missing`);
        const { key } = await demo.waitForState(name, "stored");
        expect(await run.objectSha256(key)).toBe(sha256(bytes));
      });
    }
  });
});

/** Records a moving picture and a tone, and chooses the recording in the page. */
async function record(mimeType: string): Promise<Recording> {
  const canvas = document.createElement("canvas");
  const picture = canvas.getContext("2d")!;
  const stream = canvas.captureStream(25);
  const sound = new AudioContext();
  const tone = sound.createOscillator();
  const out = sound.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  for (const track of out.stream.getTracks()) stream.addTrack(track);
  const recorder = new MediaRecorder(stream, mimeType ? { mimeType } : {});
  const pieces: Blob[] = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const stopped = new Promise((resolve) => (recorder.onstop = resolve));
  recorder.start();
  for (let i = 0; i < 25; i++) {
    picture.fillStyle = `hsl(${i * 14} 80% 50%)`;
    picture.fillRect(0, 0, canvas.width, canvas.height);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  recorder.stop();
  await stopped;
  await sound.close();
  const types = [recorder.mimeType, pieces[0]?.type ?? ""];
  const type = types.find(Boolean) ?? "";
  const extension = type.includes("mp4") ? "mp4" : "webm";
  const file = new File(pieces, `recorded as ${mimeType.replace(/\W+/g, "-") || "default"}.${extension}`, { type });
  const chosen = new DataTransfer();
  chosen.items.add(file);
  const picker = document.getElementById("picker") as HTMLInputElement;
  picker.files = chosen.files;
  picker.dispatchEvent(new Event("change", { bubbles: true }));
  const bytes = new Uint8Array(await file.arrayBuffer());
  return { name: file.name, base64: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")), types };
}
