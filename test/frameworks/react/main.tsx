import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { newSignpost } from "../deployment.ts";
import { useUpload } from "./use_upload.ts";

const signpost = newSignpost();

function Uploader() {
  const { state, progress, stored, error, start, upload } = useUpload(signpost);
  function choose(input: HTMLInputElement) {
    if (input.files?.[0]) start(input.files[0]);
    input.value = ""; // The same file can then be chosen again.
  }
  return (
    <section>
      <label>
        Choose a file <input type="file" onChange={({ target }) => choose(target)} />
      </label>
      {progress && <progress value={progress.sent} max={progress.total} />}
      <output data-state={state} data-key={stored?.key}>
        {state}
        {progress && `, part ${progress.partsDone} of ${progress.partsTotal}`}
        {error !== undefined && ` ${error}`}
      </output>
      <button onClick={() => upload.current?.pause()}>Pause</button>
      <button onClick={() => upload.current?.resume()}>Resume</button>
      <button onClick={() => upload.current?.abort()}>Cancel</button>
    </section>
  );
}

function App() {
  const [isOpen, setOpen] = useState(true);
  return (
    <>
      <h1>React with signpost-client</h1>
      <button onClick={() => setOpen(!isOpen)}>{isOpen ? "Close" : "Open"}</button>
      {isOpen && <Uploader />}
    </>
  );
}

createRoot(document.querySelector("#root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
