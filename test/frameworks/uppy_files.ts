interface UppyFile {
  id: string;
  name?: string;
}

type Listener<Facts = void> = (file: UppyFile | undefined, facts: Facts) => void;

/** The part of Uppy that the page uses, in any version. */
interface AnyUppy {
  addFile(file: { name: string; type: string; data: File }): string;
  upload(): Promise<unknown>;
  pauseResume(id: string): unknown;
  retryUpload(id: string): Promise<unknown>;
  removeFile(id: string): void;
  on(event: "upload-progress", listener: Listener<{ bytesUploaded: number | false }>): unknown;
  on(event: "upload-success", listener: Listener<{ body?: { key?: unknown } }>): unknown;
  on(event: "upload-error", listener: Listener<{ name: string; message: string }>): unknown;
  on(event: "upload-pause", listener: Listener<boolean>): unknown;
  on(event: "s3-multipart:part-uploaded", listener: (file: UppyFile) => void): unknown;
  on(event: "file-removed", listener: (file: UppyFile) => void): unknown;
}

/** Shows a row for each file, and uploads files as soon as they are chosen. */
export function showFiles(uppy: AnyUppy): void {
  const rows = new Map<string, HTMLLIElement>();
  const list = document.querySelector("#files")!;
  const set = (file: UppyFile | undefined, facts: Record<string, unknown>) => {
    for (const [name, value] of Object.entries(facts)) {
      rows.get(file?.id ?? "")?.setAttribute(`data-${name}`, String(value));
      const output = rows.get(file?.id ?? "")?.querySelector("output");
      if (output && name !== "key") output.value = Object.values(rows.get(file!.id)!.dataset).join(" · ");
    }
  };

  uppy.on("upload-progress", (file, { bytesUploaded }) => set(file, { bytes: bytesUploaded }));
  uppy.on("upload-success", (file, { body }) => set(file, { state: "stored", key: body?.key }));
  uppy.on("upload-error", (file, error) => set(file, { state: "failed", error: `${error.name}: ${error.message}` }));
  uppy.on("upload-pause", (file, isPaused) => set(file, { state: isPaused ? "paused" : "uploading" }));
  uppy.on("file-removed", (file) => rows.get(file.id)?.remove());
  uppy.on("s3-multipart:part-uploaded", (file) => {
    set(file, { parts: Number(rows.get(file.id)?.dataset.parts ?? 0) + 1 });
  });

  document.querySelector<HTMLInputElement>("#picker")!.addEventListener("change", ({ target }) => {
    for (const file of (target as HTMLInputElement).files ?? []) {
      const id = uppy.addFile({ name: file.name, type: file.type, data: file });
      const row = document.createElement("li");
      const heading = document.createElement("h2");
      heading.textContent = file.name;
      const button = (name: string, onClick: () => void) => {
        const element = document.createElement("button");
        element.textContent = name;
        element.addEventListener("click", onClick);
        return element;
      };
      row.append(
        heading,
        document.createElement("output"),
        button("Pause or resume", () => uppy.pauseResume(id)),
        button("Cancel", () => uppy.removeFile(id)),
        button("Retry", () => void uppy.retryUpload(id)),
      );
      rows.set(id, row);
      set({ id }, { state: "uploading" });
      list.append(row);
    }
    void uppy.upload();
  });
}
