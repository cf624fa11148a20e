// The kinds of servers, and the ports that they listen at.

/** @import { Snapshot } from "../contract.js" */

/** @type {Record<string, number>} */
export const PORTS = { http: 80, https: 443, ftp: 21, ftps: 990, coap: 5683, coaps: 5684 };

/** Those that the module fetches from. @param {Snapshot} snap */
export function schemes({ module }) {
  return Object.keys(PORTS).filter((scheme) => module?.routes.some((route) => route === scheme));
}
