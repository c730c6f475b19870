/**
 * Keeps the page's requests out of `performance.getEntriesByType("resource")`. Their URLs are
 * signed, and the next user of this tab could read them there. Performance observers still receive
 * each request.
 *
 * The Resource Timing specification drops an entry when the buffer is full, and allows a buffer of
 * size 0.
 */
export function disableResourceTimingBuffer(): void {
  performance.setResourceTimingBufferSize(0);
  performance.clearResourceTimings();
}
