/**
 * Keeps the browser from listing the page's requests (`performance.getEntriesByType("resource")`): their URLs are signed,
 * and would be there for whoever uses the tab next. Observers are told of each all the same.
 *
 * By "Resource Timing" a request that is over when the list is full goes nowhere, and a list may have no place at all.
 */
export function listNoRequests(): void {
  performance.setResourceTimingBufferSize(0);
  performance.clearResourceTimings();
}
