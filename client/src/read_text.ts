/** The longest answer that is read, in characters. S3's list of 1,000 parts has half a million. */
export const longestAnswer = 4 * 2 ** 20;

/** Reads the text of an answer. One that is too long is an error, before it fills the memory. */
export async function readText(response: Response): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; ; ) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done) return text;
    text += value;
    if (text.length > longestAnswer) {
      reader?.cancel().catch(() => {});
      throw new Error("the answer is too long");
    }
  }
}
