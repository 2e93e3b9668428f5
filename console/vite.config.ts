/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** What d3-zoom would bring and nobody needs: the file says why. `npm run dev` has the real ones, and does the same. */
const INSTEAD = "/src/parts/graph/instead-of-transitions.ts";
const UNUSED = { "d3-transition": INSTEAD, "d3-interpolate": INSTEAD };

export default defineConfig(({ command }) => ({
  plugins: [react()],
  resolve: { alias: command === "build" ? UNUSED : {} },
  html: { cspNonce: "__STEPWELL_NONCE__" }, // the server puts a nonce of the answer there
  build: {
    outDir: "../src/stepwell/console/built",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the content security policy allows no data: URLs for scripts and fonts
    modulePreload: { polyfill: false }, // it would be an inline script
  },
  // `npm run dev` serves the page with hot reload; what it asks for goes to a `stepwell serve` on its usual port.
  server: {
    proxy: {
      "^/console/": "http://127.0.0.1:8083",
      "^/$": { target: "http://127.0.0.1:8083", bypass: (request) => (request.method === "POST" ? null : request.url) },
    },
  },
  test: { include: ["src/**/*.test.ts"] },
}));
