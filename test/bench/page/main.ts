// A page that uploads with nothing but the client. Its rows are those of the Uppy pages.
import { newSignpost } from "../../frameworks/deployment";

const signpost = newSignpost();
void signpost.limits(); // as the docs tell pages to do

document.querySelector<HTMLInputElement>("#picker")!.addEventListener("change", ({ target }) => {
  for (const file of (target as HTMLInputElement).files ?? []) {
    const row = document.createElement("li");
    row.dataset.state = "uploading";
    document.querySelector("#files")!.append(row);
    signpost.upload(file).done.then(
      () => (row.dataset.state = "stored"),
      (error) => {
        row.dataset.error = String(error);
        row.dataset.state = "failed";
      },
    );
  }
});
