import { useEffect, useRef, useState } from "react";
import type { Signpost, StoredObject, Upload, UploadProgress, UploadState } from "signpost-client";

interface Shown {
  state?: UploadState;
  progress?: UploadProgress;
  stored?: StoredObject;
  error?: unknown;
}

/** One upload at a time, which ends with the component. */
export function useUpload(signpost: Signpost) {
  const current = useRef<Upload>(null);
  const [shown, setShown] = useState<Shown>({});
  useEffect(() => () => current.current?.abort(), []);

  function start(file: File) {
    current.current?.abort();
    const show = (change: Shown) => {
      if (current.current === upload) setShown((shown) => ({ ...shown, ...change }));
    };
    const upload = signpost.upload(file, {
      onState: (state) => show({ state }),
      onProgress: (progress) => show({ progress }),
    });
    current.current = upload;
    setShown({ state: upload.state, progress: upload.progress });
    upload.done.then((stored) => show({ stored }), (error) => show({ error }));
  }

  return { ...shown, start, upload: current };
}
