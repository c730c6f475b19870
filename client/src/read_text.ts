/** The longest answer that is read, in characters: S3's list of 1,000 parts has half a million. */
export const longestAnswer = 4 * 2 ** 20;

/** The answer's text. An endless one is an error before it fills the memory. */
export async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    text += decoder.decode(value, { stream: !done });
    if (done) return text;
    if (text.length > longestAnswer) {
      reader?.cancel().catch(() => {});
      throw new Error("the answer is endless");
    }
  }
}
